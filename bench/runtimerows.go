package bench

// runtimeSpecs are functions in which the runtime's own work shows.
func runtimeSpecs() []spec {
	const steps, d, n, m = 1000, 16, 1 << 16, 128
	one := product{1, d, d}.work()
	two := product{m, m, m}.work()
	var list []spec
	for _, p := range []peer{
		{name: "call", shape: "1", work: Work{Read: 4, Written: 4}},
		{name: "steps_of", shape: dims(steps, 1, d), work: Work{Flops: steps * one.Flops, Read: one.Read, Written: one.Written}},
		{name: "share", shape: dims(n), work: Work{Elements: n, Read: 4 * n, Written: 4 * n}},
		{name: "beside", shape: dims(2, m, m, m), work: Work{Flops: 2 * two.Flops, Read: 1.5 * two.Read, Written: 2 * two.Written}},
	} {
		p.file, p.fn = "runtime", p.name
		list = append(list, p.spec("runtime/"))
	}
	return list
}

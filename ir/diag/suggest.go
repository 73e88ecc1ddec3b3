package diag

// Suggest returns the name among known that name was probably meant to be, or "" if none is near. Of equally near ones
// it takes the alphabetically first, so the answer does not depend on the order of known.
func Suggest(name string, known []string) string {
	best, bestDistance := "", 1+max(1, len(name)/3)
	for _, k := range known {
		if k == name || len(k) > 64 || len(name) > 64 {
			continue
		}
		d := distance(name, k)
		if d < len(k) && d < len(name) && (d < bestDistance || d == bestDistance && best != "" && k < best) {
			best, bestDistance = k, d
		}
	}
	return best
}

// DidYouMean is " (did you mean x?)" to be put behind a message, or "" if no known name is near.
func DidYouMean(name string, known []string) string {
	if s := Suggest(name, known); s != "" {
		return " (did you mean " + s + "?)"
	}
	return ""
}

// distance counts the edits between two words: letters inserted, left out, changed, or two neighbours swapped.
// Changing case alone counts as one edit, however many letters it touches.
func distance(a, b string) int {
	if equalFold(a, b) {
		return 1
	}
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur, prev, before := rows[i%3], rows[(i+2)%3], rows[(i+1)%3]
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			cur[j] = min(cur[j-1]+1, prev[j]+1, prev[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], before[j-2]+1)
			}
		}
	}
	return rows[len(a)%3][len(b)]
}

func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if a[i]|0x20 != b[i]|0x20 {
			return false
		}
	}
	return true
}

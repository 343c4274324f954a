package baseline

// profile is the rhythm of a week at level 1.
type profile struct{ cells [hoursPerWeek]cell }

// cell is one hour of the week.
type cell struct {
	mean float64
	n    int // values behind the mean, which its uncertainty is figured from
}

const (
	poolWeight = 6 // the pool counts as six values: two weeks of one hour and its neighbours
	peak       = 3 // an hour so many times above its neighbours is a job with a time of its own
)

// learnProfile takes for each hour of the week the median of that hour and its
// two neighbours over the weeks, and shrinks it towards the trimmed mean of the
// same hour on all work days or weekends: (n*median + 6*pool) / (n + 6). In stage
// Daily the hour of the day of work days or weekends stands for the hour of the
// week, and the hour of any day for the pool.
//
// An hour with a job of its own, such as the newsletter on Friday at ten, would
// drown among its neighbours and be called a spike every week. Where most weeks
// agree that it stands out, its own median counts alone.
func learnProfile(past []observation, levels *weeklyLevels, stage Stage) (p profile) {
	var (
		bySlot [hoursPerWeek][]float64
		byKind [2 * hoursPerDay][]float64
		byHour [hoursPerDay][]float64
		all    []float64
	)
	for _, o := range past {
		v := o.clipped / levels[o.week]
		hour := o.slot % hoursPerDay
		kind := kindOfDay(o.slot)*hoursPerDay + hour
		bySlot[o.slot] = append(bySlot[o.slot], v)
		byKind[kind] = append(byKind[kind], v)
		byHour[hour] = append(byHour[hour], v)
		all = append(all, v)
	}
	pools := byKind[:]
	if stage == Daily {
		pools = byHour[:]
	}
	pooled := make([]float64, len(pools))
	for i, pool := range pools {
		if len(pool) == 0 {
			pool = all // a whole hour of the day is missing from the logs
		}
		pooled[i] = trimmedMean(pool)
	}
	var near []float64
	for slot := range p.cells {
		hour, kind := slot%hoursPerDay, kindOfDay(slot)*hoursPerDay
		ring, at, pool := bySlot[:], slot, pooled[(kind+hour)%len(pooled)]
		if stage == Daily {
			ring, at = byKind[kind:][:hoursPerDay], hour
		}
		own := ring[at]
		near = append(near[:0], own...)
		near = append(near, ring[(at+1)%len(ring)]...)
		near = append(near, ring[(at+len(ring)-1)%len(ring)]...)
		typical, n := median(near), len(near)
		if len(own) > 1 && agreed(own) > peak*typical+1 {
			typical, n = median(own), len(own)
		}
		p.cells[slot] = cell{
			mean: (float64(n)*typical + poolWeight*pool) / float64(n+poolWeight),
			n:    max(1, n),
		}
	}
	return p
}

// weeklyLevels is the traffic of each week over that of the profile, newest first.
type weeklyLevels [maxWeeks]float64

func (l *weeklyLevels) reset() {
	for i := range l {
		l[i] = 1
	}
}

const (
	maxGrowth   = 1.2 // a week; an attacker who raises the level slowly needs months, and is told as drift
	lowestLevel = 0.1 // below, the logs had a hole rather than the site a bad week
	calmEvents  = 10  // events added to both sides of a daily ratio, so that three failed logins are no boom
	enoughHours = 12  // of a day, and
	enoughDays  = 3   // of a week, to have a level of its own
)

// learn measures the levels against a profile: the median of a week's seven daily
// ratios, so that three bad days move nothing.
func (l *weeklyLevels) learn(past []observation, p *profile) {
	var seen, expected [maxWeeks * 7]float64
	var hours [maxWeeks * 7]int
	for _, o := range past {
		seen[o.day] += o.clipped
		expected[o.day] += p.cells[o.slot].mean
		hours[o.day]++
	}
	level, ceiling := 1.0, 0.0
	for week := maxWeeks - 1; week >= 0; week-- { // oldest first
		var ratios []float64
		for day := week * 7; day < week*7+7; day++ {
			if hours[day] >= enoughHours {
				ratios = append(ratios, (seen[day]+calmEvents)/(expected[day]+calmEvents))
			}
		}
		if len(ratios) >= enoughDays {
			level = max(lowestLevel, median(ratios))
			if ceiling > 0 {
				level = min(level, maxGrowth*ceiling)
			}
			// Growth is counted from the best week so far: a quiet Christmas
			// must not make January look like an attack.
			ceiling = max(ceiling, level)
		}
		l[week] = level
	}
}

# Answers read together: gaps, feelings, comparisons, answers that hardly fit.

together-heading = Answers together
together-link = Answers together
together-gap = Expected and found
together-gap-of = Survey { $survey }, version { $version }, interviews with both answers: { $n }.
together-gap-meaning = The gap is what was found less what was expected, on the scale: below zero, callers found less than they expected. Each interview counts once in a dimension; the interval is Student’s on the interviews’ own gaps. An expectation that everyone puts at the top says nothing of its own.
together-gap-none = No survey in this view asks both what callers expected and what they found. A survey does if it has two questions on the same scale, one with measure = "expectation" and one with measure = "perception" whose pair names the first.
together-gap-few = Too few interviews yet to show a gap.
together-gap-summary = Least of what was expected was found in { $dimension }: { $gap }. In { $short } of { $of } dimensions callers found less than they expected, beyond chance.
together-dimension = Dimension
together-scale = Scale
together-expected = Expected
together-found = Found
together-gap-head = Gap, 95 % interval
together-n = Interviews
together-cut = Only the newest { $n } interviews were read; there are more.
together-emotion = How callers felt
together-emotion-meaning = The balance is the share of positive feelings less that of negative ones, from −100 to 100, with its 95 % interval by adjusted Wald, as for the net promoter score. The intervals of the shares are for one choice each.
together-emotion-none = No survey in this view asks how callers feel. A survey does with a choice of measure = "emotion" whose means says of each key whether it is positive, neutral or negative.
together-comparison = Compared with others
together-comparison-meaning = The balance is the share of those who say better less that of those who say worse, from −100 to 100, with its 95 % interval. Callers compare with whom they know: it is no share of the market.
together-comparison-none = No survey in this view compares us with others. A survey does with a choice of measure = "comparison" whose means says of each key whether we are better, the same or worse.
together-choice = { $key } · { $means }
together-positive = positive
together-neutral = neutral
together-negative = negative
together-better = better
together-same = the same
together-worse = worse
together-key = Key
together-bar = Answers
together-callers = Callers
together-share = Share, 95 % interval
together-errors = Answers that hardly fit together
together-errors-share = { $share } of { $n } interviews have such answers ({ $interval }).
together-errors-meaning = Such answers may be keys pressed by mistake, a scale turned round, or meant just so. They are marked and counted, and no mark changes a score: what is left out of low scores lifts the score.
together-errors-none = No survey in this view asks two things that could contradict each other, nor six on one scale.
together-errors-show = Show these interviews
together-mark = What does not fit
together-error-dissatisfied_promoter = Dissatisfied (1 or 2), yet would recommend (9 or 10)
together-error-unresolved_without_effort = Not solved, yet no effort at all and fully satisfied
together-error-straight_lining = The same key on six or more questions of one scale
together-error-about = These answers hardly fit together. The score counts them all the same.
together-filter = answers that hardly fit together

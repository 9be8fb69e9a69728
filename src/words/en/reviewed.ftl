# Figures beside the raw score: reviewed, weighted; and how reviewers mark.

agents-reviewed = Reviewed
agents-reviewed-meaning = The same without answers marked as outside the agent’s control; below it how many are left and the share marked. Comparisons, targets and alerts use the score of all answers
agents-reviewed-sub = n = { $n } · { $share } % marked
agent-beside-reviewed = Without answers marked as outside the agent’s control: { $score }, n = { $n }; { $marked } of { $all } marked ({ $share } %)
export-reviewed_n = reviewed, n
export-reviewed_score = reviewed score
export-reviewed_low = reviewed, 95 % from
export-reviewed_high = reviewed, 95 % to
export-marked = marked as outside the agent’s control
export-marked_share = share marked
shown-review-own = Reviewers may mark answers of their own teams
shown-observed = It is noted whether callers call again within seven days
settings-reviews = Reviewers
reviews-about = How often each reviewer marks low scores (1 and 2 of 5) and high ones (4 and 5) as outside the agent’s control. What is outside an agent’s control does make callers unhappy, so some difference is to be expected: compare reviewers with each other. Marks on low scores only lift the reviewed score; the score itself never changes.
reviews-seen = Answers in this period on scales from 1 to 5: { $low } low, { $high } high
reviews-none = Nobody marked an answer in this period
reviews-reviewer = Reviewer
reviews-low = Low scores marked
reviews-high = High scores marked
reviews-difference = Difference in points, 95 % interval
reviews-ratio = How many times as often
reviews-marked-n = { $n } of { $of }
reviews-low-only = only low scores ({ $n })
weighted-line = Weighted by calls: { $score } ({ $interval })
weighted-about = In this period only a sample of the calls was asked ({ $out } of { $all } were left out). Where agents and queues were sampled at different rates, the plain share says more of those asked more often; the weighted one counts each agent, queue and day by its calls, asked or not.

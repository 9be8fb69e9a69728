# What goes out: mails, their deliveries, and the cases that follow from calls.

mail-low-subject = { $n ->
    [one] A caller gave a low score
   *[other] { $n } callers gave low scores
}
mail-low-why = You get this mail because the survey’s settings name you for low scores.
mail-of = { $value } of { $most }
mail-yes = yes
mail-no = no
mail-more = { $n ->
    [one] And one more, in the report.
   *[other] And { $n } more, in the report.
}
mail-few = too few answers (n = { $n })
mail-measure-csat = Satisfied
mail-measure-nps = Recommend (NPS)
mail-measure-ces = Found it easy
mail-measure-fcr = Solved
mail-report-subject = What callers said, { $days }
mail-report-empty = No caller’s answers count for an agent in this period.
mail-report-agent = Agent
mail-report-team = Team
mail-report-score = Score
mail-report-interval = 95 % interval
mail-report-alt = The table below as bars: for each of its numbered lines the score and its 95 % interval; where there are too few answers, the interval alone.
mail-report-link = Open this report
mail-report-why = You get this mail because the survey’s settings name you for this report.

deliveries-title = What went out
deliveries-about = Webhooks and mails: what waits, what was delivered, and what was given up after its last try.
deliveries-which = Which ones
deliveries-all = All
deliveries-waiting = Waiting
deliveries-delivered = Delivered
deliveries-dead = Given up
deliveries-when = Written
deliveries-target = To
deliveries-status = Status
deliveries-body = Content
deliveries-tries = { $n ->
    [one] { $n } try
   *[other] { $n } tries
}
deliveries-replay = Send again
deliveries-replay-one = Send { $id } again
deliveries-replay-dead = { $n ->
    [one] Send the one that was given up again
   *[other] Send all { $n } that were given up again
}
deliveries-none = Nothing here
deliveries-older = Older ones

cases-title = Cases
cases-about = Callers whom somebody should look after: they gave a low score, or asked to be called.
cases-which = Which cases
cases-open = Open
cases-closed = Closed
cases-none-open = No open cases
cases-none-closed = No closed cases
cases-reason-low = low score
cases-reason-callback = asked to be called
cases-owner = Who looks after it
cases-due = Due
cases-overdue = overdue
cases-outcome = What came of it
cases-save = Save
cases-close = Close the case
cases-reopen = Open again
cases-older = Older cases

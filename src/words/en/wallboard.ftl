# The wallboard.

wallboard-centre = The whole centre
wallboard-today = Today so far
wallboard-reload = Load again
wallboard-report = To the report
wallboard-lost = The connection to the server is lost; these figures may be old. Trying again by itself.
wallboard-away = The database does not answer; figures come as soon as it does.
wallboard-csat = Satisfied
wallboard-nps = Recommend (NPS)
wallboard-rate = Answered
wallboard-asked = Callers asked
wallboard-waiting = Comments to hear
wallboard-line = Callers asked in the last hour
wallboard-line-text = { $total } in the last hour, { $last } in the last five minutes
wallboard-at = As of { $at }
wallboard-interval = { $interval }, n = { $n }
wallboard-none = none yet
wallboard-few = too few
wallboard-few-note = n = { $n } of { $needs }

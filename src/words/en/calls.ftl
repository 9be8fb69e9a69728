# What records of calls tell: rates over all calls, fairness, solved at the first contact.

rates-reach = Reach
rates-reach-meaning = Callers who were offered the survey, out of all calls that could have been asked
rates-how-title = Response rate and reach
rates-how = Response rate (AAPOR’s RR2) and reach look at all calls that could have been asked, not only at those offered: calls offered the survey, and calls with a record whose caller spoke with an agent for long enough, inside opening hours, with queue and survey switched on, and who was not left out by “never ask”, a cap or sampling. They are said only where records cover at least 95 % of the calls: those with a record that names an agent, out of all that a hand-over or a record tells of. A call that neither tells of is unknown.
rates-why-coverage = not known: needs records of at least 95 % of all calls
rates-why-covered = not known: records cover { $share } % of { $n } calls, and 95 % are needed
rates-why-filtered = not known for one survey, language or channel: of calls that nobody was asked about it is not known which they would have had
rates-why-no_calls = no call could have been asked

# Are all callers asked?
fairness-title = Are all callers asked?
fairness-about = Whether each agent’s callers are asked as often as those of other agents in the same queues. “Worth a look” is a reason to ask, never a finding, and enters no verdict, rank or mail.
fairness-summary = { $n ->
    [0] No agent’s callers are asked less often than their queues lead one to expect, beyond chance.
    [one] One agent of { $of } is worth a look: their callers are asked less often, or answer less often, than their queues lead one to expect.
   *[other] { $n } agents of { $of } are worth a look: their callers are asked less often, or answer less often, than their queues lead one to expect.
  }
fairness-why = { $what } { $own }, { $expected } expected in these queues
fairness-limits = A point is an agent. Up: reach as it would be in the centre’s mix of queues. Across: calls that could have been asked. The lines lie two and three standard errors from the centre (p chart). “Worth a look” also counts how many agents were looked at (Benjamini and Hochberg) and how much agents differ anyway.
fairness-calls = Calls that could be asked
fairness-expected = Expected in these queues
fairness-look = Asked
fairness-worth_a_look = worth a look
fairness-nothing = nothing beyond chance
fairness-not_known = not known
fairness-unanswered = Handed over, no answer
fairness-answer-look = Answered
fairness-seconds = Seconds to hand-over
fairness-ended = Ended by the agent
fairness-coverage = Covered by records
fairness-few = too few calls to say
fairness-whole = Figures are those of the agent’s whole period in all queues; team and queue choose who is listed, so that everybody who looks reads the same. Seconds: the median from the end of talk to the hand-over. Ended by the agent: of the calls whose record says who ended them.
fairness-innocent = Innocent reasons, to be ruled out first
fairness-innocent-line = A headset or telephone that drops the line when the agent hangs up.
fairness-innocent-habit = Callers who hang up first: they go before they can be handed over.
fairness-innocent-route = A queue, number or transfer whose calls the platform does not hand over, such as calls that we made.
fairness-innocent-hours = Shifts early or late, when other callers ring.
fairness-innocent-records = Records with a wrong agent, or that arrive late.
fairness-innocent-new = Somebody new whom nobody has told how to hand over.
fairness-none-title = Nothing can be said yet
fairness-none = No agent has calls in this view.
fairness-unknown = Records cover too few calls of every agent: send a record of each call, also of those not handed over. Then this page says whose callers are asked.
fairness-cut = Seconds and who ended the call come from the newest { $n } calls of these days.

# Solved at the first contact: said and seen
observed-title = Solved at the first contact: what callers said and whether they called again
observed-link = Said and seen
observed-about = Beside what callers said stands whether they called again within { $days } days: the same number and the same queue, or the same case or customer, in a new incoming call that an agent answered. Callers ring again about other things, from other numbers, or not at all because they gave up. It is for the centre, a team or a queue, and enters no agent’s verdict.
observed-off-title = This is switched off
observed-off = Whether callers called again is not looked at here. The setting “observed_resolution” switches it on; from then on it is noted of each contact when it is { $days } days old.
observed-none-title = Nothing to show yet
observed-none = No contact in this view was asked whether the matter was solved and is older than { $days } days.
observed-caption = Contacts by what was said and what was seen
observed-said = Callers said
observed-quiet = Did not call again
observed-repeat = Called again
observed-all = All
observed-yes = Solved
observed-no = Not solved
observed-asked = Solved, as callers say
observed-observed = Solved, as no further call says
observed-difference = Said less seen
observed-agreement = Both say the same
observed-kappa = Agreement beyond chance (Cohen’s κ)
observed-repeats-yes = Called again, of those who said solved
observed-repeats-no = Called again, of those who said not solved
observed-left-out = Not in the table
observed-called_back = { $n ->
    [one] { $n } contact whose caller we called back ourselves
   *[other] { $n } contacts whose callers we called back ourselves
  }
observed-often = { $n ->
    [one] { $n } contact from a number with more than { $most } calls in 30 days
   *[other] { $n } contacts from numbers with more than { $most } calls in 30 days
  }
observed-unknown = { $n ->
    [one] { $n } contact without number, case or customer to find a further call by
   *[other] { $n } contacts without number, case or customer to find a further call by
  }
observed-young = { $n ->
    [one] { $n } contact that is not { $days } days old yet, or was never looked at
   *[other] { $n } contacts that are not { $days } days old yet, or were never looked at
  }
observed-cut = Only the newest { $n } interviews of the view were read.

# Columns of files
export-response_rate = Response rate
export-response_rate_low = Response rate, 95 % from
export-response_rate_high = Response rate, 95 % to
export-reach = Reach
export-reach_low = Reach, 95 % from
export-reach_high = Reach, 95 % to
export-coverage = Covered by records
export-coverage_n = Calls known

# Figures, filters and the pages of agents.

# What measures are called in tables
measure-csat = Satisfied
measure-nps = Recommend
measure-ces = Found it easy
measure-fcr = Solved
about-agent = the person who served them
about-resolution = how the matter was settled
about-company = the company
about-product = what the company sells
about-waiting = the wait
meaning-scale = { $measure }: share of callers who pressed { $keys } on { $scale }, asked about { $about }
meaning-nps = Share of 9 and 10 less share of 0 to 6, asked about { $about }
meaning-yes = { $measure }: share of callers who said yes, asked about { $about }
meaning-no = { $measure }: share of callers who said no, asked about { $about }
meaning-choice = What callers chose, asked about { $about }
answer-yes = yes
answer-no = no
interval-of = 95 % interval
interval-to = { $low } to { $high }
too-few = too few (n = { $n } of { $needed })
no-answers = no answers
not-asked = not asked
spoken-score = { $name } { $score }, 95 % interval { $low } to { $high }, n = { $n }
spoken-few = { $name }: too few answers (n = { $n }), 95 % interval { $low } to { $high }
spoken-none = { $name }: no answers
spoken-part = { $value }: { $n } of { $all } answers, { $share } %

# Filters
filter-label = What is shown
filter-period = Period
filter-from = From
filter-to = To
filter-team = Team
filter-queue = Queue
filter-survey = Survey
filter-version = Version
filter-question = Question
filter-language = Language
filter-channel = Channel
filter-agent = Agent
filter-least = At least so many answers
filter-all = All
filter-more = More filters
filter-show = Show
filter-only = Only { $what }
filter-clear = Clear all filters
filter-day-span = { $from } to { $to }
filter-filling = today is still filling
period-7d = Last 7 days
period-30d = Last 30 days
period-90d = Last 90 days
period-last-week = Last week
period-month = This month
period-last-month = Last month
period-last-quarter = Last quarter
period-12-months = Last 12 months
period-own = Own dates

# What cannot be shown
fault-missing-title = Nothing here
fault-missing = There is no such page, agent or interview.
fault-token-title = Not for this token
fault-token = This token sends records and reads nothing of people.
fault-asked-title = This cannot be shown
fault-no-text = No text has a NUL character (%00 in an address) in it.
fault-away-title = Not available now
fault-away = The database does not answer. Calls go on meanwhile; try again in a minute.
fault-ours-title = Something went wrong
fault-ours = The page could not be made; the log says more.
fault-back = To the overview
fault-again = Choose again below, or
fault-again-link = show the page without filters

# Agents
agents-title = Agents
agents-heading = How satisfied each agent’s callers are
agents-mean = Mean
agents-mean-meaning = Mean of the keys pressed, with its 95 % interval
agents-offered = Offered
agents-offered-meaning = Callers who were offered the survey, and how many of them began to answer
agents-started-n = { $n } started
agents-rate = Answer rate
agents-rate-meaning = Complete and partial interviews out of those offered
agents-caption = Agents
agents-caption-note = The line through a bar is the 95 % interval: where the agent’s true share may well lie, given so many answers.
agents-column = Agent
agents-few = Too few answers yet for { $name }: fewer than { $needed }
agents-started = Started
agents-started-meaning = Interviews with at least one answer, out of those offered
agents-of-offered = of { $n } offered
agents-rate-note = complete and partial: { $n } of { $of }
agents-nobody-offered = nobody was offered the survey
agents-nobody-answered = nobody has answered in this view
agents-unlinked = Not linked
agents-unlinked-meaning = Interviews that count for no agent, since no hand-over or call record names one
agents-all-linked = every interview has its agent
agents-no-agent = no agent is known
agents-show-them = Show them
agents-none-title = Nobody was asked in this view
agents-none = There are interviews, but none that fits the days and filters above. Choose a longer period, or all teams, queues, surveys and languages.
agents-empty-title = No calls yet
agents-empty = As soon as a first caller is asked, their answers appear here beside the agent who served them. To place a call yourself, without any telephone:
agents-empty-phone = Place a call on the phone of this page
agents-empty-or = Or point your phone platform at the address that the README describes:
agents-how = How to read these numbers
agents-how-interval = 95 % interval: the fewer answers, the wider. Two agents whose intervals overlap widely cannot be told apart by these answers. Shares after Wilson, means after Student, the net promoter score by adjusted Wald.
agents-how-few = Too few: with so few answers a score says more about chance than about the agent, so only the interval is drawn. A share or a mean needs { $min } answers, the net promoter score { $nps }.
agents-how-verdict = Above or below what is expected is said only where the difference from what the same queues and languages give on the whole is beyond chance, also after counting how many agents were looked at, and large enough to matter. It is said for complete weeks, months and quarters, telephone answers only, and it is the same whoever looks and whatever is filtered.
agents-how-rank = Rank: the places that an agent may hold. All agents’ ranges hold together with 95 % confidence.
agents-how-whole = An agent who changed team has a line for each team. The centre’s numbers count each interview once and are not the sum of the lines. Definitions { $definitions }.
agents-expected = Expected
agents-expected-meaning = What the same queues and languages give on the whole, without the agent; below it the agent’s difference, with chance taken off
agents-verdict = Compared
agents-verdict-meaning = Whether the difference from what is expected is more than chance
agents-rank = Rank
agents-rank-meaning = Between which places the agent may stand, 95 % confidence for all agents together
agents-rank-of = of { $n }
agents-trend = 12 weeks
agents-trend-meaning = The last twelve weeks, one point for each with at least 5 answers
agents-trend-label = The last twelve weeks: { $weeks }
agents-free-period = Comparisons are made for complete weeks, months and quarters. These dates are none of them, so intervals are shown and nobody is compared.
agents-free-filter = Comparisons are made over all of an agent’s telephone answers. With these filters intervals are shown and nobody is compared.
agents-shared = In this view one interview may count for every agent of its call: their figures are not independent of each other.
agents-several-surveys = Comparisons are made within one survey. Choose one to see them.
agents-columns-all = Show all columns
agents-columns-fewer = Show fewer columns
agents-view-table = Table
agents-view-funnel = Funnel plot
agents-view-compare = Compare two
agents-funnel-title = Agents by number of answers
agents-funnel-note = Each point is an agent: how many answers, and the score after correction for queues and languages. Inside the inner lines lie 95 % of agents who are all alike, inside the outer ones 99.8 %. Only the colour says who is compared as above or below.
agents-funnel-wide = The limits are too narrow here (φ = { $phi }): queues or callers differ in more than is corrected for.
agents-funnel-even = φ = { $phi }
agents-funnel-needs = The funnel plot needs a complete week, month or quarter and a survey’s measure with enough answers.
agents-compare-title = Two beside each other
agents-compare-one = First
agents-compare-other = Second
agents-compare-measure = Measure
agents-compare-difference = Difference
agents-compare-agents = Two agents in this period
agents-compare-periods = Two periods
agents-compare-days = Days to compare with
agents-compare-this = This period
agents-compare-before = Other days
agents-compare-chance = These two were chosen by hand; of many such pairs some differ by chance. The comparison with what is expected, in the table, takes that into account.
verdict-above = above what is expected
verdict-as_expected = as expected
verdict-below = below what is expected
verdict-too_few = too few to compare
change-up = up { $difference } on the period before ({ $interval })
change-down = down { $difference } on the period before ({ $interval })
change-none = no change beyond chance: { $difference } ({ $interval })
target = Target

# One agent
agent-crumb = Agents
agent-in-team = In team { $team }
agent-no-team = no team known
agent-none-title = No interviews in this view
agent-none = None of this agent’s callers was asked on these days and with these filters.
agent-funnel-offered = Offered
agent-funnel-started = Started
agent-funnel-complete = Complete
agent-funnel-partial = Partial
agent-funnel-break_off = Broke off
agent-funnel-refusal = Refused
agent-funnel-no_contact = No contact
agent-funnel-failed = Failed
agent-about-us = What their callers said about us
agent-about-us-note = Not about the agent: the company, what it sells, and the wait.
agent-interviews-n = Interviews ({ $n })
agent-only-answer = Only interviews with the answer { $answer }.
agent-only-answered = Only interviews that answer: { $measure }.
agent-show-all = Show all
agent-keys-label = Answers by key; each number leads to its interviews
agent-key-link = Interviews with the answer { $value }:
agent-mean-is = mean { $mean }
agent-mean-interval = mean { $mean }, 95 % interval { $interval }
agent-response = { $share } of { $n } who heard it answered ({ $interval })
agent-expected = Expected for these queues and languages: { $score }
agent-difference = { $verdict }; difference with chance taken off: { $difference }
agent-rank = rank between { $low } and { $high } of { $of }
agent-drivers = What goes together with satisfaction in team { $team }
agent-drivers-note = Over all interviews of the team. “Goes together with” is not “causes”.
agent-drivers-all = All of it, as a chart
agent-driver = importance { $importance } ({ $low } to { $high }); satisfied { $satisfied } ({ $interval }), n = { $n }
agent-comments = Comments to listen to
agent-comments-all = All interviews with a comment

# Figures over time
trend-title = { $measure } week by week
trend-note = Weeks with few answers are joined. The dashed lines are three sigmas from what was usual in the 26 weeks before. A point outside them, or eight in a row on one side, is a reason to look and no judgement.
trend-short = Weeks with few answers are joined. Limits of what is usual need at least 12 points before the chosen days; there are not so many yet.
trend-signals = { $n ->
    [0] Nothing unusual.
    [one] One unusual point.
   *[other] { $n } unusual points.
}
trend-week = Days
trend-score = Score
trend-n = Answers
trend-limits = Usual before
trend-signal = Signal
trend-signal-beyond = outside the limits
trend-signal-run = eight or more in a row on one side

# Overview
overview-heading = How satisfied callers are
overview-before = compared with { $days }
overview-to-agents = Agents one by one
overview-waiting = What waits
overview-unsaved = { $n ->
    [one] One answer waits on a server’s disk until the database takes it: it is in no figure yet
   *[other] { $n } answers wait on a server’s disk until the database takes them: they are in no figure yet
}
overview-unlinked = { $n ->
    [one] One interview counts for no agent: see and link it
   *[other] { $n } interviews count for no agent: see and link them
}
overview-cases = { $n ->
    [one] One case is open: see who is still to be looked after
   *[other] { $n } cases are open: see who is still to be looked after
}
overview-response = Response rate
overview-response-meaning = Complete and partial interviews out of all calls that could have been asked
overview-changed-most = What changed most
overview-changed-note = Teams, queues and languages whose figures changed beyond chance, after counting all { $n } that were compared.
overview-nothing = Nothing beyond chance, of { $n } figures of teams, queues and languages that were compared.
overview-changed = { $difference } ({ $interval }): { $now } (n = { $n }) after { $before } (n = { $nbefore })

channel-phone = Telephone
agents-views = Views
agents-pages = Pages of the table
lang-ar = Arabic
lang-bg = Bulgarian
lang-cs = Czech
lang-da = Danish
lang-de = German
lang-el = Greek
lang-en = English
lang-es = Spanish
lang-et = Estonian
lang-fi = Finnish
lang-fr = French
lang-hi = Hindi
lang-hr = Croatian
lang-hu = Hungarian
lang-it = Italian
lang-lt = Lithuanian
lang-lv = Latvian
lang-nl = Dutch
lang-no = Norwegian
lang-pl = Polish
lang-pt = Portuguese
lang-ro = Romanian
lang-ru = Russian
lang-sk = Slovak
lang-sl = Slovenian
lang-sv = Swedish
lang-ta = Tamil
lang-tr = Turkish
lang-uk = Ukrainian
agents-adjusted = After correction
agents-funnel-none = No funnel plot for this view
compare-unknown = no agent "{ $code }" has interviews in this view
compare-chance = not beyond chance

# Queues, teams, languages
queues-heading = The centre in its parts
queues-split = Split by
queues-by-queue = By queue
queues-by-team = By team at the call
queues-by-language = By language
queues-by-channel = By channel
queues-note = Each interview counts once. Queues and languages differ in their callers and matters, so these figures compare no people.
queues-part = Part
queues-none = not known
queues-whole = All together

# Questions
questions-heading = What was asked, and how it was answered
questions-version = version { $version }
questions-since = first asked on { $day }
questions-series = series { $series }
questions-heard = { $n ->
    [one] One caller heard it
   *[other] { $n } callers heard it
}
questions-answered = { $share } of them answered ({ $interval })
questions-skipped = { $n } skipped it
questions-no-input = { $n } pressed nothing
questions-no-match = { $n } pressed other keys only
questions-left = { $n } left while it was open
questions-not-counted = not counted
questions-words = In these words
questions-drop-title = Where callers left: { $asks }
questions-drop-note = { $n ->
    [one] One caller left while this question was open, by the second since it began.
   *[other] { $n } callers left while this question was open, by the second since it began.
}
questions-drop-tip = { $n } left at second { $second }
questions-second = Seconds since the question began
questions-callers = Callers who left

# Drivers
drivers-heading = What goes together with satisfaction
drivers-link = What goes together with satisfaction
drivers-note = The higher, the more closely callers’ overall answer goes together with this one; the further right, the more callers are satisfied with it. High and left is where to look first. “Goes together with” is not “causes”.
drivers-none = Nothing to show here yet
drivers-not-asked = No survey in this view asks for overall satisfaction and for something that may go together with it.
drivers-too-few = { $n } complete interviews; { $needed } are needed.
drivers-constant = All callers answered alike, so nothing can go together with it.
drivers-of = Survey { $survey }, version { $version }, { $n } complete interviews. All of it together explains { $share } % of the differences in the overall answer.
drivers-cut = Only the newest { $n } interviews were read.
drivers-attribute = Asked for
drivers-importance = Importance
drivers-satisfied = Satisfied
drivers-correlation = Rank correlation
drivers-remark = Remark
drivers-not-separable = cannot be separated from another
drivers-not-separable-note = Some of these are answered so much alike that their importance belongs to them together.

target-reached = reached: target { $target }
target-missed = missed: target { $target }
target-open = not yet clear: target { $target }
target-open-n = not yet clear: target { $target }, about { $n } answers needed

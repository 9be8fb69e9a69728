# Lists of interviews, and one interview.

interview-list-title = Interviews
interview-unlinked-title = Interviews without an agent
interview-unlinked-about = Neither the hand-over nor a call record names who served these callers. Their answers count in the centre’s numbers and for nobody; they link themselves as soon as a record comes.
interview-all = All interviews
interview-only-unlinked = Only those without an agent
interview-search = Search
interview-search-about = Search by the id of a call or an interview, on whatever day it was, or by the last three digits of the caller’s number. A low score is one in the lowest quarter of its scale.
interview-filter-agent = Agent’s code
interview-filter-disposition = How it ended
interview-filter-link = How linked
interview-filter-only = Only those
interview-filter-comment = with a comment
interview-filter-low = with a low score
interview-filter-marked = marked as outside the agent’s control
interview-unlinked-none = All linked
interview-unlinked-none-about = Every interview in this view has its agent.
interview-empty = No calls yet
interview-empty-about = As soon as a first caller is asked, the interview appears here.
interview-none = No interview fits
interview-none-about = Choose a longer period or fewer filters, or check the id that you search for.
interview-none-here = There are none in this view.
interview-count = { $n ->
    [one] { $n } interview
   *[other] { $n } interviews
}
interview-count-many = More than { $n } interviews
interview-newest-first = Newest first
interview-older = Older interviews
interview-col-started = Started
interview-col-answers = Answers
interview-col-ended = How it ended
interview-col-link = Linked by
interview-col-language = Language
interview-col-caller = Caller
interview-col-time = Time
interview-col-asked = What was asked
interview-col-did = What the caller did
interview-col-came = What came of it
interview-marked = Marked as outside the agent’s control
interview-caller-unknown = unknown
interview-no-answers = none
interview-satisfied = satisfied
interview-not-satisfied = not satisfied

interview-disposition-complete = complete
interview-disposition-partial = partial
interview-disposition-break_off = broke off
interview-disposition-refusal = refused
interview-disposition-no_contact = no contact
interview-disposition-failed = failed
interview-disposition-ineligible = not asked

interview-link-none = not linked
interview-link-handover = the hand-over
interview-link-record = a call record
interview-link-inferred = caller and time of a call record (inferred)
interview-link-hand = a person, by hand

interview-title = Interview of { $at }
interview-version = version
interview-callback = The caller asked for a call from a manager at { $at }.
interview-number = Number to call:
interview-answers = Answers
interview-answers-none = The caller gave none.
interview-on-scale = on { $scale }
interview-comments = Spoken comments
interview-comment-seconds = { $n ->
    [one] { $n } second
   *[other] { $n } seconds
}
interview-comment-expected = recorded; the phone platform has not said yet where it is. It appears here by itself; if it does not within an hour, check that the platform sends its recording notices.
interview-comment-ready = still at the phone platform; it is being fetched and can be played here then. If it stays so, see the log of the server.
interview-comment-stored = ready to play
interview-comment-failed = lost on the way: the phone platform did not hand it out. See the log of the server.
interview-comment-open = Open the recording

interview-call = The call and who it counts for
interview-counts-for = Counts for
interview-counts-nobody = nobody yet
interview-linked-by = Linked by
interview-handover-said = Hand-over said
interview-record-says = Record says
interview-record-none = no record of this call yet
interview-caller-last = number ending in { $digits }
interview-came-over = Came over
interview-ended = Ended
interview-not-asked = Not asked, by the rule
interview-failed = Failed
interview-ended-goodbye = after the goodbye
interview-ended-caller = the caller hung up
interview-agent = agent { $name }
interview-no-agent = no agent
interview-nobody = nobody
interview-team = team { $name }
interview-queue = queue { $name }
interview-talk = { $seconds } s of talk
interview-doubt-twice = The hand-over said one thing twice, differently: { $said }
interview-doubt-record = { $what ->
    [agent] The hand-over said agent { $said }; the call record says { $found }.
    [team] The hand-over said team { $said }; the call record says { $found }.
   *[queue] The hand-over said queue { $said }; the call record says { $found }.
}
interview-doubt-calendar = { $what ->
   *[team] The hand-over said team { $said }; by the agents’ dates in teams it was { $found }.
}
interview-doubt-hand = Linked by hand to somebody else than the call record names: { $found }. The hand-made link holds.

interview-transcript = Transcript
interview-transcript-about = One line for each turn of the call
interview-transcript-none = The caller neither pressed a key nor waited for the first question to end.
interview-turn = turn
interview-question-n = Question { $n }
interview-value-skipped = skipped
interview-value-no-key = no key
interview-value-wrong-keys = wrong keys
interview-value-not-asked = not asked
interview-value-withdrawn = withdrawn
interview-value-no = no
interview-value-yes = yes
interview-value-recorded = recorded
interview-turn-menu = The menu
interview-turn-again = Press nine again
interview-turn-language = Which language?
interview-turn-offer = Shall a manager call?
interview-turn-consent = Do you agree to be asked?
interview-did-spoke-for = spoke for { $seconds } s
interview-did-spoke = spoke
interview-did-hung-up = hung up here
interview-came-no-call = did not want a call
interview-came-manager = asked for a manager
interview-came-back = back to the question
interview-came-again = asked again
interview-came-language = language: { $name }
interview-came-no-consent = does not agree
interview-came-consent = agrees
interview-came-repeat = wanted to hear it again
interview-came-menu = opened the menu
interview-came-went-back = went back a question
interview-came-skip = skipped it
interview-came-other-language = asked for another language
interview-came-end-now = chose to end
interview-came-early = key came early
interview-came-spill = # belonged to the answer before
interview-came-wrong-key = that key does not fit here
interview-came-callback = wants a manager to call
interview-came-never-ask = never wants to be asked again
interview-came-ended = the interview ended

interview-history = How it was linked
interview-step-by = { $who }: { $why }
interview-relink = Link by hand
interview-relink-about = What you decide here holds also when call records come later, until somebody decides anew. All figures follow at once.
interview-relink-to = This interview counts for
interview-relink-agent = this agent
interview-relink-call = whom the record of this call names
interview-relink-nobody = nobody
interview-relink-records = whom hand-over and records name (undoes what was decided by hand)
interview-relink-team-own = the agent’s own at the time
interview-relink-queue-own = the call’s own
interview-relink-call-id = Id of the call
interview-relink-why = Why
interview-relink-do = Link
interview-done-linked = Linked. All figures follow.

interview-marks = Outside the agent’s control
interview-marks-about = A marked answer still counts in the score. Beside it stands the reviewed score, which leaves it out.
interview-marks-none = Nothing is marked.
interview-mark = Mark an answer
interview-mark-what = Which answer
interview-mark-all = All answers of this interview
interview-mark-why = Why
interview-mark-note = More words
interview-mark-do = Mark
interview-mark-take-back = Take back
interview-mark-taken = Taken back at { $at } by { $who }
interview-done-marked = Marked.
interview-done-taken = Taken back.
interview-reason-not-theirs = about another agent or call
interview-reason-product = about the product or its price
interview-reason-rule = about a rule of the company
interview-reason-wait = about the wait
interview-reason-system = a system was down
interview-reason-keys = the caller mixed up the keys
interview-reason-test = a test call
interview-reason-other = another reason (write it below)

interview-fault-choose = Choose for whom the interview counts.
interview-fault-agent-empty = Write the agent’s code.
interview-fault-call-empty = Write the id of the call.
interview-fault-agent = No agent has the code { $name }. Write it as hand-overs and records do.
interview-fault-team = There is no team { $name }.
interview-fault-queue = There is no queue { $name }.
interview-fault-call = There is no record of a call { $name }. Write the id as records do.
interview-fault-reason = Say why.
interview-fault-note = Write the reason in words.
interview-fault-question = Choose an answer of this interview.
interview-fault-already = This is marked already.
interview-fault-running = The interview may still be going on. Mark it when it is over, in a few minutes.

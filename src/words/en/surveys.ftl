# Surveys: what is asked, editing it, who is asked.

surveys-title = Surveys
surveys-heading = What callers are asked
surveys-lead = Every survey of this server: its words in each language, how it sounds, and where it is asked.
surveys-none = There is no survey.
surveys-version = version
surveys-from-page = edited here
surveys-from-files = from the files
surveys-asks = Asks
surveys-takes = Takes at most
surveys-where = Switched on
surveys-nowhere = nowhere by rule or settings; a hand-over may name it
surveys-so-far = So far
surveys-check = Check
surveys-check-good = No fault found
surveys-faults-n = { $n ->
    [one] { $n } fault
   *[other] { $n } faults
}
surveys-warnings-n = { $n ->
    [one] { $n } warning
   *[other] { $n } warnings
}
surveys-questions-n = { $n ->
    [one] { $n } question
   *[other] { $n } questions
}
surveys-offered-n = { $n ->
    [one] { $n } interview offered
   *[other] { $n } interviews offered
}
surveys-started-n = { $n ->
    [one] { $n } with an answer
   *[other] { $n } with an answer
}
surveys-since = asked since { $day }
surveys-never-asked = never asked yet
surveys-seconds = { $n } s
surveys-place-all = all queues, { $share } of calls
surveys-place-queue = queue { $queue }, { $share } of calls
surveys-place-settings = queue { $queue } (settings)
surveys-place-provider = calls of { $provider } (settings)
surveys-place-off = switched off in the settings
surveys-side-by-side = All side by side
surveys-edited-by = Asked as edited on this page by { $by } on { $at }. What the files on disk say is not asked meanwhile, on no node.
surveys-files-asked = Asked as the files say. As soon as an edit is published here, the edit is asked instead.
surveys-files-differ = The files on this server are version { $version } and are not asked. To go back to them, ask them again; a later edit starts from them then.
surveys-return = Ask what the files say
surveys-return-refused = The files were not taken; nothing was changed. Put this right in the files and start the server again:
surveys-published = Published. It is asked from the next call on; calls under way go on as they began.
surveys-published-left = { $n ->
    [one] Published, asked from the next call on. { $n } changed sentence has no sound: the phone platform’s own voice says it.
   *[other] Published, asked from the next call on. { $n } changed sentences have no sound: the phone platform’s own voice says them.
}
surveys-asked-now = asked now
surveys-old-version = This version is not the one that is asked now.
surveys-to-asked = Show what is asked now
surveys-edit = Edit
surveys-try = Try on the phone
surveys-which-wins = Files or edit
surveys-take-away = To keep with your files:
surveys-longest = Longest way through
surveys-promised = Promised to callers: { $seconds }
surveys-words-in = Words in
surveys-questions = Questions in their order
surveys-core = core question
surveys-series = series { $series }
surveys-after-wrong = After a wrong key
surveys-other-words = Everything else that is said
surveys-versions = Versions that were asked
surveys-versions-lead = Answers keep the version they were given to. Figures over time are compared only within one series.
surveys-first-asked = known since { $at }
surveys-made-by = edited by { $by }
surveys-first-version = The first version.
surveys-only-sounds = Words, thresholds and series are the same; sounds or other settings changed.
surveys-changes-n = { $n ->
    [one] { $n } change against the version before
   *[other] { $n } changes against the version before
}
surveys-promise = Promised time
surveys-new-question = New question { $name }
surveys-gone-question = Question { $name } is gone
surveys-satisfied-of = { $name }: satisfied
surveys-series-of = { $name }: series
surveys-good-high = high is good
surveys-good-low = low is good
surveys-scale = scale { $scale }
surveys-satisfied = satisfied: { $values }
surveys-choice = { $n ->
    [one] { $n } choice
   *[other] choice of { $n }
}
surveys-yes-no = key 1 yes, key 2 no
surveys-yes-good = yes is the satisfied answer
surveys-no-good = no is the satisfied answer
surveys-comment = spoken, at most { $n } s
surveys-consent = consent: key 1 yes, key 2 no
surveys-about-agent = about the agent
surveys-about-resolution = about the solution
surveys-about-company = about the company
surveys-about-product = about the product
surveys-about-waiting = about the wait
surveys-only-if = Asked only if { $tests }.
surveys-test = { $question } is { $values }
surveys-or = or
surveys-and = and
surveys-recorded = recorded by a person
surveys-machine = machine-made sound
surveys-voice = said by the phone platform’s voice
surveys-part-opening = Opening
surveys-part-help = After silence, a wrong key or a step back
surveys-part-menu = Menu
surveys-part-manager = Call from a manager
surveys-part-endings = Endings
surveys-part-numbers = Numbers and letters

edit-title = Edit { $survey }
edit-lead = Nothing changes for callers until you publish. Save as often as you like; the draft waits here.
edit-saved = Saved as a draft. Callers still hear what was asked before.
edit-draft-by = Draft, last saved by { $by } on { $at }
edit-changed-n = { $n ->
    [one] { $n } change
   *[other] { $n } changes
}
edit-sound = The check finds no fault: this can be published.
edit-not-sound = This cannot be published yet. Each fault stands at its field; those of other places are listed here.
edit-there = Go there
edit-save-and-go = Save and show the words in
edit-promise = Seconds that the greeting promises
edit-satisfied = Answers that count as satisfied
edit-series = Series (answers are compared within one)
edit-same = Changed words still ask the same: compare with the answers before
edit-asked-now = Asked now:
edit-speech = Changed sentences are spoken by { $program } when you publish. Where it is not installed or knows no such language, the phone platform’s own voice says them; where a platform has none, publishing is refused. A person’s recording of changed words is no longer played in the new version.
edit-save = Save and check
edit-publish = Publish
edit-discard = Throw the draft away
edit-nothing = Nothing is changed, so there is nothing to publish.
edit-refused = Not published, and nothing is changed for callers: put right what stands at the fields below.
edit-overtaken = Not saved: { $by } changed what is asked on { $at }, after you opened this page. Your text stands below; check it against what is asked now and save again.
edit-overtaken-draft = Not saved: the draft was changed ({ $by }) after you opened this page. Your text stands below; save again to keep yours.
edit-overtaken-return = Somebody else changed what is asked meanwhile. Look at it and decide again.

switch-title = Who is asked
switch-lead = Rules for queues, with samples and caps. A rule here wins over the settings file, on every node within seconds; calls under way go on.
switch-done = The rule is made.
switch-no-rule = There is no rule: callers are asked as the settings file says.
switch-settings = Settings: { $share } % of calls, no cap for callers.
switch-settings-cap = { $offers ->
    [one] Settings: { $share } % of calls, { $offers } offer to a caller in { $days } days.
   *[other] Settings: { $share } % of calls, { $offers } offers to a caller in { $days } days.
}
switch-rules = Rules in force and planned
switch-queue = Queue
switch-what = What happens
switch-sample = Sample and caps
switch-from = From
switch-by = Made by
switch-all-queues = All queues
switch-planned = planned
switch-asks = { $survey } is asked
switch-asks-any = Callers are asked; hand-over or settings choose the survey
switch-nobody = Nobody is asked
switch-by-settings = As the settings say
switch-share-of = { $share } % of calls
switch-caller-cap = { $offers ->
    [one] { $offers } offer to a caller in { $days } days
   *[other] { $offers } offers to a caller in { $days } days
}
switch-agent-cap = { $n ->
    [one] about { $n } offer an agent a day
   *[other] about { $n } offers an agent a day
}
switch-new = New rule
switch-new-lead = To change a rule, choose its queue in the table: the form then holds it. The newest rule that has begun is in force.
switch-other-queue = Or a queue that is not in the list yet
switch-does-ask = Callers are asked
switch-survey = Survey
switch-any-survey = as hand-over or settings say
switch-share = Share of calls, %
switch-caller-offers = Offers to one caller
switch-caller-days = within days (0: no cap)
switch-agent-day = Offers an agent a day (0: no cap)
switch-from-day = From the beginning of (empty: now)
switch-save = Make the rule
switch-refused = The rule was not made. What is wrong stands at its field.
switch-wrong-number = This is not a number that fits here.
switch-wrong-unknown = This is not on the list.
switch-wrong-past = This day has begun already. Choose a later one, or leave it empty for now.
switch-wrong-date = This is not a date, such as 2026-03-31.
switch-wrong-whole-day = A share or a cap for each agent is fixed for a whole day. Choose tomorrow or a later day.
switch-wrong-overtaken = Somebody else has made a rule for this queue meanwhile. Look at the table and decide again.
switch-wrong-long = A queue’s name has at most 200 characters.
switch-how = How rules work
switch-how-rules = A queue’s own rule goes before the rule for all queues. The rule chooses the survey before called number and settings; a survey that the hand-over itself names is asked all the same, but nobody is asked where the rule says so. “Never ask me again”, talk time, opening hours and consent hold always.
switch-how-sample = Which calls belong to the sample is drawn from the call’s id, not first come, and the share is the same for a whole day: so each agent’s callers of a queue and day are one sample.
switch-how-cap = A cap for each agent lowers the share before the day begins, by the calls that the agent handed over in the last 28 days, never under 5 %. Callers left out by it are kept as “agent cap”.

# Anonymous surveys, and the shortest time for which figures of one agent are shown.

fault-anonymous-survey = This survey is anonymous: it has no agents, single interviews, comments or weeks, only figures of whole months for groups of 8 answers or more.
fault-anonymous-months = This survey is anonymous and is shown by whole calendar months that have been over for a day or more. Choose such months, for example the last one.
fault-anonymous-too-few = This survey is anonymous, and this view would show, or let work out, what fewer than 8 callers answered. Take filters out or choose more months.
filter-anonymous = Anonymous surveys are in no figures of all surveys. To see one, choose it with whole months: { $names }.
survey-anonymous = anonymous
survey-anonymous-about = This survey is anonymous. With its answers no agent, call or caller is kept, nobody is offered a call back, and there are no single interviews, alerts or webhooks. Figures are shown by whole months that are over, for groups of 8 answers or more; how many were asked is not shown.
fault-people-finest-week = Figures of single agents are shown here for whole weeks that are over, Monday to Sunday. Choose such weeks, for example the last one.
fault-people-finest-month = Figures of single agents are shown here for whole calendar months that are over. Choose such months, for example the last one.
shown-people-finest = Shortest time for which one agent’s figures are shown
shown-finest-day = a day
shown-finest-week = whole weeks
shown-finest-month = whole months
me-about-months = What your callers answered, by complete months. Single calls are not shown to anybody here.
me-nothing-about-months = A month is shown when it is over and at least { $n } callers have answered.
me-months = Month by month
me-month = Month

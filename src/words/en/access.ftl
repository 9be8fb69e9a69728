# The door, an agent’s own results, and what is not for everybody.

nav-me = My results
people-off = No single agents here
no-team = No team yet
no-team-about = You see no team yet. An admin can let you see teams in the settings.
fault-not-yours = Not for you
fault-role = Your role, or that of this token, does not go so far. An admin can change it in the settings.
fault-individuals-off = Reports show no single agents here: teams are the finest figure. The setting people says so.
fault-own-only = You see your own results only.
fault-out-of-sight = This belongs to a team that you do not see. An admin can change that in the settings.
door-title = Sign in
door-email = E-mail address
door-password = Password
door-setting = Leave the address empty to use the password of the settings.
door-wrong = The e-mail address or the password is wrong.
door-wrong-password = This password is wrong.
door-too-many = { $n ->
    [one] There were too many wrong passwords. Try again in { $n } second.
   *[other] There were too many wrong passwords. Try again in { $n } seconds.
}
door-off = Signing in with the password of the settings is switched off.
door-away = The database does not answer. Try again in a minute.
door-nobody = Nobody can sign in here yet. Add somebody with this command, or set access.password in the settings and start the server again.
door-single = Single sign-on
sso-title = You could not be let in
sso-no-role = Your account is known, but nothing in it gives you a role here. Ask an admin of aftercall to add the group you are in to sso.roles.
sso-no-email = Your account has no e-mail address that was checked, and without one nobody is let in. Ask who runs the sign-on to send it.
sso-taken = Somebody with this e-mail address signs in here with a password. Ask an admin of aftercall which of the two it shall be.
sso-disabled = An admin of aftercall has closed this account.
sso-failed = The sign-on was broken off, took too long, or its answer could not be trusted. Try again; if it happens again, the log of the server says why.
sso-again = To sign in
me-about = What your callers answered, by complete weeks. Single calls are not shown to anybody here.
me-nothing = Nothing to show yet
me-nothing-about = A week is shown when it is over and at least { $n } callers have answered.
me-judged = How you compare
me-judged-about = With what the same queues and languages give on the whole. Said only where it is more than chance, also after counting how many agents were looked at; the rank says between which places you may stand, and never which one.
me-not-compared = not compared
me-weeks = Week by week
me-weeks-about = Below each score its 95 % interval and the number of answers. Above, all these weeks together.
me-week = Week
me-under-floor = fewer than { $n }
me-too-few = too few (n = { $n })

# Visu lapu rāmis un vārdi, kas atkārtojas.

language-of-page = Valoda
skip = Pāriet uz saturu
pages = Lapas
nav-overview = Pārskats
nav-agents = Aģenti
nav-questions = Jautājumi
nav-queues = Rindas
nav-interviews = Intervijas
nav-unlinked = Nav piesaistīts
nav-wallboard = Ekrāns
nav-surveys = Aptaujas
nav-settings = Iestatījumi
nav-phone = Tālrunis
sign-out = Iziet
table-of-chart = Tas pats tabulā

answers-n = { $n ->
    [zero] { $n } atbilžu
    [one] { $n } atbilde
   *[other] { $n } atbildes
}

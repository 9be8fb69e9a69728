# Rādītāji, filtri un aģentu lapas.

# Kā rādītājus sauc tabulās
measure-csat = Apmierināti
measure-nps = Ieteiktu
measure-ces = Bija viegli
measure-fcr = Atrisināts
about-agent = aģents, kas viņus apkalpoja
about-resolution = kā tika atrisināts viņu jautājums
about-company = uzņēmums
about-product = uzņēmuma preces un pakalpojumi
about-waiting = gaidīšana
meaning-scale = { $measure }: to zvanītāju īpatsvars, kuri nospieda { $keys } (skala { $scale }); jautājuma temats: { $about }
meaning-nps = 9 un 10 ballu īpatsvars, no tā atņemot 0–6 ballu īpatsvaru; jautājuma temats: { $about }
meaning-yes = { $measure }: to zvanītāju īpatsvars, kuri atbildēja „jā”; jautājuma temats: { $about }
meaning-no = { $measure }: to zvanītāju īpatsvars, kuri atbildēja „nē”; jautājuma temats: { $about }
meaning-choice = Ko zvanītāji izvēlējās; jautājuma temats: { $about }
answer-yes = jā
answer-no = nē
interval-of = 95 % ticamības intervāls
interval-to = no { $low } līdz { $high }
too-few = par maz (n = { $n } no { $needed })
no-answers = nav atbilžu
not-asked = nav jautāts
spoken-score = { $name } { $score }, 95 % ticamības intervāls no { $low } līdz { $high }, n = { $n }
spoken-few = { $name }: par maz atbilžu (n = { $n }), 95 % ticamības intervāls no { $low } līdz { $high }
spoken-none = { $name }: nav atbilžu
spoken-part = { $value }: atbildes { $n } no { $all }, { $share } %

# Filtri
filter-label = Kas tiek rādīts
filter-period = Periods
filter-from = No
filter-to = Līdz
filter-team = Komanda
filter-queue = Rinda
filter-survey = Aptauja
filter-version = Versija
filter-question = Jautājums
filter-language = Valoda
filter-channel = Kanāls
filter-agent = Aģents
filter-least = Mazākais atbilžu skaits
filter-all = Bez filtra
filter-more = Vairāk filtru
filter-show = Rādīt
filter-only = Rāda tikai: { $what }
filter-clear = Notīrīt visus filtrus
filter-day-span = no { $from } līdz { $to }
filter-filling = šodienas dati vēl tiek apkopoti
period-7d = Pēdējās 7 dienas
period-30d = Pēdējās 30 dienas
period-90d = Pēdējās 90 dienas
period-last-week = Iepriekšējā nedēļa
period-month = Šis mēnesis
period-last-month = Iepriekšējais mēnesis
period-last-quarter = Iepriekšējais ceturksnis
period-12-months = Pēdējie 12 mēneši
period-own = Izvēlēti datumi

# Ko nevar parādīt
fault-missing-title = Šeit nekā nav
fault-missing = Šādas lapas, aģenta vai intervijas nav.
fault-token-title = Ar šo piekļuves atslēgu nav atļauts
fault-token = Šī piekļuves atslēga ir paredzēta ierakstu sūtīšanai; datus par cilvēkiem ar to lasīt nevar.
fault-asked-title = To nevar parādīt
fault-no-text = Nevienā tekstā nav NUL rakstzīmes (adresē %00).
fault-away-title = Pašlaik nav pieejams
fault-away = Datubāze neatbild. Zvani tikmēr turpinās; mēģiniet vēlreiz pēc minūtes.
fault-ours-title = Radās kļūda
fault-ours = Lapu neizdevās izveidot; plašāka informācija ir žurnālā.
fault-back = Uz pārskatu
fault-again = Izvēlieties vēlreiz tālāk vai
fault-again-link = atveriet lapu bez filtriem

# Aģenti
agents-title = Aģenti
agents-heading = Cik apmierināti ir katra aģenta apkalpotie zvanītāji
agents-mean = Vidējais
agents-mean-meaning = Nospiesto taustiņu vidējā vērtība ar 95 % ticamības intervālu
agents-offered = Piedāvāts
agents-offered-meaning = Cik zvanītājiem piedāvāta aptauja un cik no viņiem sāka atbildēt
agents-started-n = sāka: { $n }
agents-rate = Atbildējušo īpatsvars
agents-rate-meaning = Pabeigto un daļējo interviju īpatsvars starp piedāvātajām
agents-caption = Aģenti
agents-caption-note = Līnija pāri joslai ir 95 % ticamības intervāls: kur pie šāda atbilžu skaita var atrasties aģenta patiesais īpatsvars.
agents-column = Aģents
agents-few = Pagaidām par maz atbilžu (mazāk nekā { $needed }): { $name }
agents-started = Sāktas
agents-started-meaning = Intervijas, kurās ir vismaz viena atbilde, no visām piedāvātajām
agents-of-offered = no piedāvātajām { $n }
agents-rate-note = pabeigtas un daļējas: { $n } no { $of }
agents-nobody-offered = aptauja nevienam nav piedāvāta
agents-nobody-answered = šajā skatā neviens nav atbildējis
agents-unlinked = Nav piesaistīts
agents-unlinked-meaning = Intervijas, kas nav ieskaitītas nevienam aģentam, jo to nenorāda ne zvana nodošana, ne zvana dati
agents-all-linked = visas intervijas ir piesaistītas aģentiem
agents-no-agent = aģents nav zināms
agents-show-them = Parādīt tās
agents-none-title = Šajā skatā neviens nav aptaujāts
agents-none = Intervijas ir, bet neviena neatbilst izvēlētajām dienām un filtriem. Izvēlieties garāku periodu vai visas komandas, rindas, aptaujas un valodas.
agents-empty-title = Zvanu vēl nav
agents-empty = Tiklīdz būs aptaujāts pirmais zvanītājs, viņa atbildes parādīsies šeit, blakus aģentam, kas viņu apkalpoja. Lai piezvanītu paši, bez tālruņa aparāta:
agents-empty-phone = Zvanīt ar šīs lapas tālruni
agents-empty-or = Vai arī norādiet savai telefonijas platformai README failā aprakstīto adresi:
agents-how = Kā lasīt šos skaitļus
agents-how-interval = 95 % ticamības intervāls: jo mazāk atbilžu, jo tas platāks. Divus aģentus, kuru intervāli lielā mērā pārklājas, pēc šīm atbildēm nevar atšķirt. Īpatsvariem izmantota Vilsona (Wilson) metode, vidējām vērtībām – Stjūdenta (Student), neto ieteikšanas indeksam (NPS) – koriģētā Valda (Wald) metode.
agents-how-few = Par maz: ja atbilžu ir tik maz, rezultāts vairāk liecina par nejaušību nekā par aģentu, tāpēc tiek attēlots tikai intervāls. Mazākais atbilžu skaits: īpatsvaram vai vidējai vērtībai – { $min }, neto ieteikšanas indeksam (NPS) – { $nps }.
agents-how-verdict = Ka rezultāts ir virs vai zem sagaidāmā līmeņa, tiek teikts tikai tad, ja starpība no to pašu rindu un valodu kopējā rezultāta ir statistiski nozīmīga – nav izskaidrojama ar nejaušību arī tad, ja ņem vērā, cik aģentu vērtēts, – un ir pietiekami liela, lai tai būtu praktiska nozīme. Tas tiek teikts tikai par pilnām nedēļām, mēnešiem un ceturkšņiem, tikai pēc atbildēm pa tālruni, un secinājums ir viens un tas pats neatkarīgi no skatītāja un filtriem.
agents-how-rank = Rangs: vietas, kuras aģents var ieņemt. Visu aģentu rangu intervāli kopā ir spēkā ar 95 % ticamību.
agents-how-whole = Aģentam, kas mainījis komandu, ir atsevišķa tabulas rindiņa katrai komandai. Centra rādītājos katra intervija ir skaitīta vienu reizi, un tie nav rindiņu summa. Definīciju versija: { $definitions }.
agents-expected = Sagaidāmais līmenis
agents-expected-meaning = To pašu rindu un valodu kopējais rezultāts bez šī aģenta
agents-verdict = Salīdzinājums
agents-verdict-meaning = Vai starpība no sagaidāmā līmeņa ir vairāk nekā nejaušība
agents-rank = Rangs
agents-rank-meaning = Starp kurām vietām aģents var atrasties; 95 % ticamība visiem aģentiem kopā
agents-rank-of = no { $n }
agents-trend = 12 nedēļas
agents-trend-meaning = Pēdējās divpadsmit nedēļas; pa punktam katrai, kurā ir vismaz 5 atbildes
agents-trend-label = Pēdējās divpadsmit nedēļas: { $weeks }
agents-free-period = Salīdzina pilnas nedēļas, mēnešus un ceturkšņus. Izvēlētie datumi neatbilst nevienam no tiem, tāpēc tiek rādīti intervāli un neviens netiek salīdzināts.
agents-free-filter = Salīdzina pēc visām aģenta atbildēm pa tālruni. Ar šiem filtriem tiek rādīti intervāli un neviens netiek salīdzināts.
agents-shared = Šeit viena intervija var tikt ieskaitīta visiem tā zvana darbiniekiem: viņu skaitļi nav neatkarīgi cits no cita.
agents-several-surveys = Salīdzina vienas aptaujas ietvaros. Lai redzētu salīdzinājumus, izvēlieties vienu aptauju.
agents-columns-all = Rādīt visas ailes
agents-columns-fewer = Rādīt mazāk aiļu
agents-view-table = Tabula
agents-view-funnel = Piltuves diagramma
agents-view-compare = Divu salīdzinājums
agents-funnel-title = Aģenti pēc atbilžu skaita
agents-funnel-note = Katrs punkts ir aģents: cik atbilžu saņemts un kāds ir rezultāts pēc korekcijas atbilstoši rindām un valodām. Starp iekšējām kontrolrobežām atrodas 95 % aģentu, ja visi ir vienādi, starp ārējām – 99,8 %. Kuru rezultāts ir virs vai zem sagaidāmā līmeņa, rāda tikai krāsa.
agents-funnel-wide = Šīs robežas ir pārāk šauras (φ = { $phi }): rindas vai zvanītāji atšķiras arī ar to, ko korekcija neņem vērā.
agents-funnel-even = φ = { $phi }
agents-funnel-needs = Piltuves diagrammai vajadzīga pilna nedēļa, mēnesis vai ceturksnis un aptaujas rādītājs ar pietiekamu atbilžu skaitu.
agents-compare-title = Divu salīdzinājums
agents-compare-one = Pirmais
agents-compare-other = Otrais
agents-compare-measure = Rādītājs
agents-compare-difference = Starpība
agents-compare-agents = Divi aģenti šajā periodā
agents-compare-periods = Divi periodi
agents-compare-days = Dienas, ar kurām salīdzina
agents-compare-this = Šis periods
agents-compare-before = Citas dienas
agents-compare-chance = Šie divi ir izvēlēti ar roku; no daudziem šādiem pāriem daži atšķiras nejauši. Tabulā redzamais salīdzinājums ar sagaidāmo līmeni to ņem vērā.
verdict-above = virs sagaidāmā līmeņa
verdict-as_expected = atbilst sagaidāmajam līmenim
verdict-below = zem sagaidāmā līmeņa
verdict-too_few = par maz atbilžu salīdzināšanai
change-up = pieaugums pret iepriekšējo periodu: { $difference } ({ $interval })
change-down = kritums pret iepriekšējo periodu: { $difference } ({ $interval })
change-none = nav statistiski nozīmīgu izmaiņu: { $difference } ({ $interval })
target = Mērķis

# Viens aģents
agent-crumb = Aģenti
agent-in-team = Komanda: { $team }
agent-no-team = komanda nav zināma
agent-none-title = Šajā skatā nav interviju
agent-none = Izvēlētajās dienās un ar šiem filtriem neviens šī aģenta apkalpots zvanītājs nav aptaujāts.
agent-funnel-offered = Piedāvāts
agent-funnel-started = Sākts
agent-funnel-complete = Pabeigts
agent-funnel-partial = Atbildēts daļēji
agent-funnel-break_off = Pārtraukts
agent-funnel-refusal = Atteikts
agent-funnel-no_contact = Nav kontakta
agent-funnel-failed = Neizdevās
agent-about-us = Ko zvanītāji teica par mums
agent-about-us-note = Ne par aģentu: par uzņēmumu, tā precēm un pakalpojumiem un par gaidīšanu.
agent-interviews-n = Intervijas ({ $n })
agent-only-answer = Rāda tikai intervijas ar šādu atbildi: { $answer }.
agent-only-answered = Rāda tikai intervijas, kurās atbildēts: { $measure }.
agent-show-all = Rādīt visas
agent-keys-label = Atbildes pēc taustiņa; katrs skaitlis ved uz attiecīgajām intervijām
agent-key-link = Intervijas ar atbildi { $value }:
agent-mean-is = vidējais { $mean }
agent-mean-interval = vidējais { $mean }, 95 % ticamības intervāls { $interval }
agent-response = dzirdēja: { $n }, no tiem atbildēja: { $share } ({ $interval })
agent-expected = Sagaidāmais līmenis šīm rindām un valodām: { $score }
agent-difference = { $verdict }; starpība, atskaitot nejaušības ietekmi: { $difference }
agent-rank = rangs no { $low } līdz { $high }, kopā { $of }
agent-drivers = Kas komandā { $team } ir saistīts ar apmierinātību
agent-drivers-note = Pēc visām komandas aptaujām. “Saistīts” nenozīmē “izraisa”.
agent-drivers-all = Viss kopā diagrammā
agent-driver = nozīme { $importance } (no { $low } līdz { $high }); apmierināti { $satisfied } ({ $interval }), n = { $n }
agent-comments = Komentāri, kurus vērts noklausīties
agent-comments-all = Visas aptaujas ar komentāru

# Rādītāji laika gaitā
trend-title = { $measure }: nedēļu pēc nedēļas
trend-note = Nedēļas ar maz atbildēm ir apvienotas. Pārtrauktās līnijas ir kontrolrobežas trīs sigmu attālumā no tā, kas bija ierasts iepriekšējās 26 nedēļās. Punkts ārpus tām vai astoņi punkti pēc kārtas vienā pusē ir iemesls papētīt, nevis spriedums.
trend-short = Nedēļas ar maz atbildēm ir apvienotas. Kontrolrobežām vajadzīgi vismaz 12 punkti pirms izvēlētajām dienām; tik daudz to vēl nav.
trend-signals = { $n ->
    [0] Nekā neparasta.
    [zero] { $n } neparastu punktu.
    [one] { $n } neparasts punkts.
   *[other] { $n } neparasti punkti.
}
trend-week = Dienas
trend-score = Rezultāts
trend-n = Atbildes
trend-limits = Ierasts iepriekš
trend-signal = Signāls
trend-signal-beyond = ārpus kontrolrobežām
trend-signal-run = astoņi vai vairāk pēc kārtas vienā pusē

# Pārskats
overview-heading = Cik apmierināti ir zvanītāji
overview-before = salīdzinot ar periodu { $days }
overview-to-agents = Rezultāti pa aģentiem
overview-waiting = Kas gaida
overview-unsaved = { $n ->
    [zero] { $n } atbilžu gaida servera diskā, līdz tās pieņems datubāze: tās vēl nav nevienā skaitlī
    [one] { $n } atbilde gaida servera diskā, līdz to pieņems datubāze: tā vēl nav nevienā skaitlī
   *[other] { $n } atbildes gaida servera diskā, līdz tās pieņems datubāze: tās vēl nav nevienā skaitlī
}
overview-unlinked = { $n ->
    [zero] { $n } interviju nav ieskaitītas nevienam aģentam: apskatiet un piesaistiet
    [one] { $n } intervija nav ieskaitīta nevienam aģentam: apskatiet un piesaistiet
   *[other] { $n } intervijas nav ieskaitītas nevienam aģentam: apskatiet un piesaistiet
}
overview-cases = { $n ->
    [one] { $n } atvērta lieta: skatīt, par ko vēl jāparūpējas
   *[other] { $n } atvērtas lietas: skatīt, par ko vēl jāparūpējas
}
overview-response = Atbildētības līmenis
overview-response-meaning = Pabeigto un daļējo interviju īpatsvars starp visiem zvaniem, kuros varēja aptaujāt
overview-changed-most = Kas mainījies visvairāk
overview-changed-note = Komandas, rindas un valodas, kuru rādītāji mainījušies statistiski nozīmīgi, ņemot vērā visus salīdzinātos (kopā { $n }).
overview-nothing = Statistiski nozīmīgu izmaiņu nav; pavisam salīdzināti komandu, rindu un valodu rādītāji: { $n }.
overview-changed = { $difference } ({ $interval }): tagad { $now } (n = { $n }), iepriekš { $before } (n = { $nbefore })

channel-phone = Tālrunis
agents-views = Skati
agents-pages = Tabulas lapas
lang-ar = Arābu
lang-bg = Bulgāru
lang-cs = Čehu
lang-da = Dāņu
lang-de = Vācu
lang-el = Grieķu
lang-en = Angļu
lang-es = Spāņu
lang-et = Igauņu
lang-fi = Somu
lang-fr = Franču
lang-hi = Hindi
lang-hr = Horvātu
lang-hu = Ungāru
lang-it = Itāļu
lang-lt = Lietuviešu
lang-lv = Latviešu
lang-nl = Nīderlandiešu
lang-no = Norvēģu
lang-pl = Poļu
lang-pt = Portugāļu
lang-ro = Rumāņu
lang-ru = Krievu
lang-sk = Slovāku
lang-sl = Slovēņu
lang-sv = Zviedru
lang-ta = Tamilu
lang-tr = Turku
lang-uk = Ukraiņu
agents-adjusted = Pēc korekcijas
agents-funnel-none = Šim skatam nav piltuves diagrammas
compare-unknown = šajā skatā nav interviju, kas piesaistītas aģentam „{ $code }”
compare-chance = nav statistiski nozīmīga

# Rindas, komandas, valodas
queues-heading = Centra rezultāti pa daļām
queues-split = Dalīt pēc
queues-by-queue = Pēc rindas
queues-by-team = Pēc komandas zvana laikā
queues-by-language = Pēc valodas
queues-by-channel = Pēc kanāla
queues-note = Katra intervija ir skaitīta vienu reizi. Rindās un valodās atšķiras zvanītāji un viņu jautājumi, tāpēc šie rādītāji cilvēkus nesalīdzina.
queues-part = Centra daļa
queues-none = nav zināms
queues-whole = Kopā

# Jautājumi
questions-heading = Kas tika jautāts un kā atbildēts
questions-version = versija { $version }
questions-since = pirmoreiz jautāts { $day }
questions-series = sērija { $series }
questions-heard = { $n ->
    [zero] Dzirdēja { $n } zvanītāju
    [one] Dzirdēja { $n } zvanītājs
   *[other] Dzirdēja { $n } zvanītāji
}
questions-answered = No tiem atbildēja { $share } ({ $interval })
questions-skipped = Izlaida: { $n }
questions-no-input = Neko nenospieda: { $n }
questions-no-match = Spieda tikai citus taustiņus: { $n }
questions-left = Atvienojās jautājuma laikā: { $n }
questions-not-counted = netiek skaitīts
questions-words = Jautājuma formulējums
questions-drop-title = Kur zvanītāji atvienojās: { $asks }
questions-drop-note = { $n ->
    [zero] { $n } zvanītāju atvienojās šī jautājuma laikā; sadalījums pa sekundēm kopš jautājuma sākuma.
    [one] { $n } zvanītājs atvienojās šī jautājuma laikā; sadalījums pa sekundēm kopš jautājuma sākuma.
   *[other] { $n } zvanītāji atvienojās šī jautājuma laikā; sadalījums pa sekundēm kopš jautājuma sākuma.
}
questions-drop-tip = Atvienojās: { $n }, sekunde: { $second }
questions-second = Sekundes kopš jautājuma sākuma
questions-callers = Zvanītāji, kas atvienojās

# Kas saistās ar apmierinātību
drivers-heading = Kas saistās ar apmierinātību
drivers-link = Kas saistās ar apmierinātību
drivers-note = Jo augstāk, jo ciešāk zvanītāju kopējā atbilde saistās ar šo; jo tālāk pa labi, jo vairāk zvanītāju ar to ir apmierināti. Vispirms jāskatās augšā pa kreisi. „Saistās” nenozīmē „izraisa”.
drivers-none = Te pagaidām nav ko rādīt
drivers-not-asked = Neviena aptauja šajā skatā nejautā gan par kopējo apmierinātību, gan par to, kas ar to varētu saistīties.
drivers-too-few = Pilnīgas intervijas: { $n }; vajag: { $needed }.
drivers-constant = Visi zvanītāji atbildēja vienādi, tāpēc nekas ar to nevar saistīties.
drivers-of = Aptauja { $survey }, versija { $version }, pilnīgas intervijas: { $n }. Tas viss kopā izskaidro { $share } % kopējās atbildes atšķirību.
drivers-cut = Nolasītas tikai jaunākās intervijas: { $n }.
drivers-attribute = Par ko jautāts
drivers-importance = Nozīme
drivers-satisfied = Apmierināti
drivers-correlation = Rangu korelācija
drivers-remark = Piezīme
drivers-not-separable = nav nošķirams no cita
drivers-not-separable-note = Uz dažiem no šiem jautājumiem atbildēts tik līdzīgi, ka nozīme pieder tiem kopā.

target-reached = sasniegts: mērķis { $target }
target-missed = nav sasniegts: mērķis { $target }
target-open = vēl nav skaidrs: mērķis { $target }
target-open-n = vēl nav skaidrs: mērķis { $target }, vajag aptuveni tik atbilžu: { $n }

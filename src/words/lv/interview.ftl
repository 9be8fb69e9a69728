# Aptauju saraksti un viena aptauja.

interview-list-title = Aptaujas
interview-unlinked-title = Aptaujas bez aģenta
interview-unlinked-about = Ne zvana nodošanā, ne zvana ierakstā nav norādīts, kas apkalpoja šos zvanītājus. Viņu atbildes tiek ieskaitītas centra skaitļos, bet nevienam personīgi; tiklīdz pienāk ieraksts, tās piesaistās pašas.
interview-all = Visas aptaujas
interview-only-unlinked = Tikai bez aģenta
interview-search = Meklēt
interview-search-about = Meklējiet pēc zvana vai aptaujas numura neatkarīgi no dienas vai pēc zvanītāja tālruņa numura pēdējiem trim cipariem. Zems vērtējums ir tāds, kas atrodas skalas zemākajā ceturtdaļā.
interview-filter-agent = Aģenta kods
interview-filter-disposition = Kā beidzās
interview-filter-link = Kā piesaistīta
interview-filter-only = Tikai tās, kas
interview-filter-comment = ar komentāru
interview-filter-low = ar zemu vērtējumu
interview-filter-marked = atzīmētas kā no aģenta neatkarīgas
interview-unlinked-none = Viss piesaistīts
interview-unlinked-none-about = Katrai šī skata aptaujai ir savs aģents.
interview-empty = Zvanu vēl nav
interview-empty-about = Tiklīdz tiks aptaujāts pirmais zvanītājs, aptauja parādīsies šeit.
interview-none = Neviena aptauja neatbilst
interview-none-about = Izvēlieties garāku periodu vai mazāk filtru, vai pārbaudiet meklēto numuru.
interview-none-here = Šajā skatā to nav.
interview-count = { $n ->
    [zero] { $n } aptauju
    [one] { $n } aptauja
   *[other] { $n } aptaujas
}
interview-count-many = Vairāk nekā { $n } aptauju
interview-newest-first = Jaunākās vispirms
interview-older = Vecākas aptaujas
interview-col-started = Sākums
interview-col-answers = Atbildes
interview-col-ended = Kā beidzās
interview-col-link = Piesaistīta pēc
interview-col-language = Valoda
interview-col-caller = Zvanītājs
interview-col-time = Laiks
interview-col-asked = Ko jautāja
interview-col-did = Ko darīja zvanītājs
interview-col-came = Kas no tā iznāca
interview-marked = Atzīmēta kā no aģenta neatkarīga
interview-caller-unknown = nav zināms
interview-no-answers = nav
interview-satisfied = apmierināts
interview-not-satisfied = neapmierināts

interview-disposition-complete = pabeigta
interview-disposition-partial = daļēja
interview-disposition-break_off = pārtraukta
interview-disposition-refusal = atteicās
interview-disposition-no_contact = neatsaucās
interview-disposition-failed = neizdevās
interview-disposition-ineligible = nav jautāts

interview-link-none = nav piesaistīta
interview-link-handover = zvana nodošana
interview-link-record = zvana ieraksts
interview-link-inferred = zvana ieraksta numurs un laiks (secināts)
interview-link-hand = cilvēks, ar roku

interview-title = Aptauja { $at }
interview-version = versija
interview-callback = Zvanītājs lūdza, lai viņam piezvana vadītājs: { $at }.
interview-number = Numurs, uz kuru zvanīt:
interview-answers = Atbildes
interview-answers-none = Zvanītājs neatbildēja.
interview-on-scale = skalā { $scale }
interview-comments = Runātie komentāri
interview-comment-seconds = { $n ->
    [zero] { $n } sekunžu
    [one] { $n } sekunde
   *[other] { $n } sekundes
}
interview-comment-expected = ierakstīts; telefonijas platforma vēl nav paziņojusi, kur tas ir. Šeit tas parādīsies pats; ja stundas laikā neparādās, pārbaudiet, vai platforma sūta paziņojumus par ierakstiem.
interview-comment-ready = vēl telefonijas platformā; to lejupielādē, un tad to varēs noklausīties šeit. Ja tā arī paliek, skatiet servera žurnālu.
interview-comment-stored = var klausīties
interview-comment-failed = pazuda ceļā: telefonijas platforma to neizsniedza. Skatiet servera žurnālu.
interview-comment-open = Atvērt ierakstu

interview-call = Zvans un kam tas tiek ieskaitīts
interview-counts-for = Ieskaita
interview-counts-nobody = pagaidām nevienam
interview-linked-by = Piesaistīta pēc
interview-handover-said = Nododot norādīts
interview-record-says = Ierakstā norādīts
interview-record-none = šī zvana ieraksta vēl nav
interview-caller-last = numurs beidzas ar { $digits }
interview-came-over = Saņemta caur
interview-ended = Beidzās
interview-not-asked = Nav jautāts pēc noteikuma
interview-failed = Neizdevās
interview-ended-goodbye = pēc atvadām
interview-ended-caller = zvanītājs nolika klausuli
interview-agent = aģents { $name }
interview-no-agent = aģenta nav
interview-nobody = nevienam
interview-team = komanda { $name }
interview-queue = rinda { $name }
interview-talk = { $seconds } s sarunas
interview-doubt-twice = Nododot tas pats pateikts divreiz atšķirīgi: { $said }
interview-doubt-record = { $what ->
    [agent] Nododot norādīts aģents { $said }; zvana ierakstā – { $found }.
    [team] Nododot norādīta komanda { $said }; zvana ierakstā – { $found }.
   *[queue] Nododot norādīta rinda { $said }; zvana ierakstā – { $found }.
}
interview-doubt-calendar = { $what ->
   *[team] Nododot norādīta komanda { $said }; pēc aģentu datumiem komandās tā bija { $found }.
}
interview-doubt-hand = Ar roku piesaistīta citam, nevis zvana ierakstā norādītajam: { $found }. Spēkā ir ar roku veiktā piesaiste.

interview-transcript = Gaita
interview-transcript-about = Pa rindai katram zvana solim
interview-transcript-none = Zvanītājs nenospieda nevienu taustiņu un nesagaidīja pirmā jautājuma beigas.
interview-turn = solis
interview-question-n = { $n }. jautājums
interview-value-skipped = izlaists
interview-value-no-key = nekas nenospiests
interview-value-wrong-keys = nederīgi taustiņi
interview-value-not-asked = nav jautāts
interview-value-withdrawn = atsaukts
interview-value-no = nē
interview-value-yes = jā
interview-value-recorded = ierakstīts
interview-turn-menu = Izvēlne
interview-turn-again = Nospiediet deviņi vēlreiz
interview-turn-language = Kurā valodā?
interview-turn-offer = Vai lai piezvana vadītājs?
interview-turn-consent = Vai piekrītat atbildēt?
interview-did-spoke-for = runāja { $seconds } s
interview-did-spoke = runāja
interview-did-hung-up = šeit nolika klausuli
interview-came-no-call = nevēlējās zvanu
interview-came-manager = lūdza vadītāju
interview-came-back = atpakaļ pie jautājuma
interview-came-again = jautāts vēlreiz
interview-came-language = valoda: { $name }
interview-came-no-consent = nepiekrīt
interview-came-consent = piekrīt
interview-came-repeat = vēlējās dzirdēt vēlreiz
interview-came-menu = atvēra izvēlni
interview-came-went-back = atgriezās par vienu jautājumu
interview-came-skip = izlaida
interview-came-other-language = lūdza citu valodu
interview-came-end-now = izvēlējās beigt
interview-came-early = taustiņš nospiests par agru
interview-came-spill = # piederēja iepriekšējai atbildei
interview-came-wrong-key = šis taustiņš šeit neder
interview-came-callback = vēlas, lai piezvana vadītājs
interview-came-never-ask = vairs nekad nevēlas tikt jautāts
interview-came-ended = aptauja beidzās

interview-history = Kā tā tika piesaistīta
interview-step-by = { $who }: { $why }
interview-relink = Piesaistīt ar roku
interview-relink-about = Šeit nolemtais paliek spēkā arī tad, kad vēlāk pienāk zvanu ieraksti, līdz kāds nolemj no jauna. Visi skaitļi mainās uzreiz.
interview-relink-to = Šo aptauju ieskaita
interview-relink-agent = šim aģentam
interview-relink-call = tam, kas norādīts šī zvana ierakstā
interview-relink-nobody = nevienam
interview-relink-records = tam, kas norādīts nodošanā un ierakstos (atsauc ar roku nolemto)
interview-relink-team-own = aģenta komanda tajā laikā
interview-relink-queue-own = zvana rinda
interview-relink-call-id = Zvana numurs
interview-relink-why = Kāpēc
interview-relink-do = Piesaistīt
interview-done-linked = Piesaistīta. Visi skaitļi ir mainīti.

interview-marks = No aģenta neatkarīgs
interview-marks-about = Atzīmēta atbilde joprojām tiek ieskaitīta vērtējumā. Blakus tam ir pārskatītais vērtējums, kurā tās nav.
interview-marks-none = Nekas nav atzīmēts.
interview-mark = Atzīmēt atbildi
interview-mark-what = Kuru atbildi
interview-mark-all = Visas šīs aptaujas atbildes
interview-mark-why = Kāpēc
interview-mark-note = Sīkāk
interview-mark-do = Atzīmēt
interview-mark-take-back = Atsaukt
interview-mark-taken = Atsaukts { $at }, { $who }
interview-done-marked = Atzīmēts.
interview-done-taken = Atsaukts.
interview-reason-not-theirs = par citu aģentu vai zvanu
interview-reason-product = par produktu vai tā cenu
interview-reason-rule = par uzņēmuma noteikumu
interview-reason-wait = par gaidīšanu
interview-reason-system = nedarbojās sistēma
interview-reason-keys = sajaukti taustiņi
interview-reason-test = izmēģinājuma zvans
interview-reason-other = cits iemesls (uzrakstiet zemāk)

interview-fault-choose = Izvēlieties, kam aptauju ieskaitīt.
interview-fault-agent-empty = Ierakstiet aģenta kodu.
interview-fault-call-empty = Ierakstiet zvana numuru.
interview-fault-agent = Nav aģenta ar kodu { $name }. Rakstiet tā, kā nodošanā un ierakstos.
interview-fault-team = Komandas { $name } nav.
interview-fault-queue = Rindas { $name } nav.
interview-fault-call = Zvana { $name } ieraksta nav. Rakstiet numuru tā, kā ierakstos.
interview-fault-reason = Norādiet iemeslu.
interview-fault-note = Uzrakstiet iemeslu vārdiem.
interview-fault-question = Izvēlieties šīs aptaujas atbildi.
interview-fault-already = Tas jau ir atzīmēts.
interview-fault-running = Aptauja, iespējams, vēl turpinās. Atzīmējiet to, kad tā būs beigusies, pēc dažām minūtēm.

# Aptaujas: ko jautā, rediģēšana, kam jautā.

surveys-title = Aptaujas
surveys-heading = Ko jautājam zvanītājiem
surveys-lead = Visas šī servera aptaujas: vārdi katrā valodā, kā tās skan un kur tās uzdod.
surveys-none = Aptauju nav.
surveys-version = versija
surveys-from-page = rediģēta šeit
surveys-from-files = no failiem
surveys-asks = Jautā
surveys-takes = Ilgst ne vairāk kā
surveys-where = Ieslēgta
surveys-nowhere = nekur pēc kārtulām vai iestatījumiem; to var nosaukt nodošana
surveys-so-far = Līdz šim
surveys-check = Pārbaude
surveys-check-good = Kļūdu nav
surveys-faults-n = { $n ->
    [zero] { $n } kļūdu
    [one] { $n } kļūda
   *[other] { $n } kļūdas
}
surveys-warnings-n = { $n ->
    [zero] { $n } brīdinājumu
    [one] { $n } brīdinājums
   *[other] { $n } brīdinājumi
}
surveys-questions-n = { $n ->
    [zero] { $n } jautājumu
    [one] { $n } jautājums
   *[other] { $n } jautājumi
}
surveys-offered-n = { $n ->
    [zero] piedāvātas { $n } intervijas
    [one] piedāvāta { $n } intervija
   *[other] piedāvātas { $n } intervijas
}
surveys-started-n = { $n ->
    [zero] { $n } ar atbildi
    [one] { $n } ar atbildi
   *[other] { $n } ar atbildi
}
surveys-since = jautā kopš { $day }
surveys-never-asked = vēl nav jautāts
surveys-seconds = { $n } s
surveys-place-all = visas rindas, { $share } zvanu
surveys-place-queue = rinda { $queue }, { $share } zvanu
surveys-place-settings = rinda { $queue } (iestatījumi)
surveys-place-provider = { $provider } zvani (iestatījumi)
surveys-place-off = izslēgta iestatījumos
surveys-side-by-side = Visas blakus
surveys-edited-by = Jautā tā, kā šajā lapā rediģēja { $by } ({ $at }). Diska failus pa to laiku nejautā nevienā mezglā.
surveys-files-asked = Jautā tā, kā rakstīts failos. Tiklīdz šeit publicē labojumu, jautā pēc labojuma.
surveys-files-differ = Šī servera faili ir versija { $version }, un tos nejautā. Lai pie tiem atgrieztos, jautājiet pēc tiem atkal; vēlāka rediģēšana sāksies no tiem.
surveys-return = Jautāt pēc failiem
surveys-return-refused = Faili netika pieņemti; nekas nav mainīts. Izlabojiet failos un palaidiet serveri no jauna:
surveys-published = Publicēts. Jautā no nākamā zvana; notiekošie zvani turpinās, kā sākušies.
surveys-published-left = { $n ->
    [zero] Publicēts, jautā no nākamā zvana. { $n } mainītiem teikumiem nav skaņas: tos saka telefonijas platformas balss.
    [one] Publicēts, jautā no nākamā zvana. { $n } mainītam teikumam nav skaņas: to saka telefonijas platformas balss.
   *[other] Publicēts, jautā no nākamā zvana. { $n } mainītiem teikumiem nav skaņas: tos saka telefonijas platformas balss.
}
surveys-asked-now = jautā tagad
surveys-old-version = Šī nav versija, ko jautā tagad.
surveys-to-asked = Rādīt, ko jautā tagad
surveys-edit = Rediģēt
surveys-try = Izmēģināt pa tālruni
surveys-which-wins = Faili vai labojums
surveys-take-away = Glabāšanai kopā ar jūsu failiem:
surveys-longest = Garākais ceļš
surveys-promised = Zvanītājiem solīts: { $seconds }
surveys-words-in = Vārdi valodā
surveys-questions = Jautājumi pēc kārtas
surveys-core = galvenais jautājums
surveys-series = virkne { $series }
surveys-after-wrong = Pēc nederīga taustiņa
surveys-other-words = Viss pārējais, ko saka
surveys-versions = Versijas, kuras jautātas
surveys-versions-lead = Atbildes paliek pie versijas, uz kuru tās dotas. Skaitļus laika gaitā salīdzina tikai vienā virknē.
surveys-first-asked = zināma kopš { $at }
surveys-made-by = rediģēja { $by }
surveys-first-version = Pirmā versija.
surveys-only-sounds = Vārdi, sliekšņi un virknes ir tie paši; mainījušās skaņas vai citi iestatījumi.
surveys-changes-n = { $n ->
    [zero] { $n } izmaiņu pret iepriekšējo versiju
    [one] { $n } izmaiņa pret iepriekšējo versiju
   *[other] { $n } izmaiņas pret iepriekšējo versiju
}
surveys-promise = Solītais laiks
surveys-new-question = Jauns jautājums { $name }
surveys-gone-question = Jautājuma { $name } vairs nav
surveys-satisfied-of = { $name }: apmierināti
surveys-series-of = { $name }: virkne
surveys-good-high = augsts ir labi
surveys-good-low = zems ir labi
surveys-scale = skala { $scale }
surveys-satisfied = apmierināti: { $values }
surveys-choice = { $n ->
    [zero] { $n } izvēļu
    [one] { $n } izvēle
   *[other] { $n } izvēles
}
surveys-yes-no = 1 jā, 2 nē
surveys-yes-good = apmierināta atbilde ir jā
surveys-no-good = apmierināta atbilde ir nē
surveys-comment = runāts, ne vairāk kā { $n } s
surveys-consent = piekrišana: 1 jā, 2 nē
surveys-about-agent = par darbinieku
surveys-about-resolution = par risinājumu
surveys-about-company = par uzņēmumu
surveys-about-product = par produktu
surveys-about-waiting = par gaidīšanu
surveys-only-if = Jautā tikai tad, ja { $tests }.
surveys-test = { $question } ir { $values }
surveys-or = vai
surveys-and = un
surveys-recorded = ierunājis cilvēks
surveys-machine = datora veidota skaņa
surveys-voice = saka telefonijas platformas balss
surveys-part-opening = Sākums
surveys-part-help = Pēc klusuma, nederīga taustiņa vai soļa atpakaļ
surveys-part-menu = Izvēlne
surveys-part-manager = Vadītāja zvans
surveys-part-endings = Nobeigumi
surveys-part-numbers = Skaitļi un burti

edit-title = Rediģēt: { $survey }
edit-lead = Zvanītājiem nekas nemainās, kamēr nepublicējat. Saglabājiet, cik bieži vēlaties; melnraksts gaida šeit.
edit-saved = Saglabāts kā melnraksts. Zvanītāji joprojām dzird to, ko jautāja iepriekš.
edit-draft-by = Melnraksts, pēdējais saglabāja { $by } ({ $at })
edit-changed-n = { $n ->
    [zero] { $n } izmaiņu
    [one] { $n } izmaiņa
   *[other] { $n } izmaiņas
}
edit-sound = Pārbaude kļūdu neatrod: var publicēt.
edit-not-sound = Vēl nevar publicēt. Katra kļūda ir pie sava lauka; citu vietu kļūdas uzskaitītas šeit.
edit-there = Uz turieni
edit-save-and-go = Saglabāt un rādīt vārdus valodā
edit-promise = Sekundes, ko sola sveiciens
edit-satisfied = Atbildes, kas skaitās apmierinātas
edit-series = Virkne (atbildes salīdzina vienā virknē)
edit-same = Mainītie vārdi jautā to pašu: salīdzināt ar iepriekšējām atbildēm
edit-asked-now = Jautā tagad:
edit-speech = Publicējot mainītos teikumus ierunā { $program }. Kur programmas nav vai tā neprot valodu, tos saka telefonijas platformas balss; ja platformai balss nav, publicēt atsaka. Cilvēka ierakstu mainītiem vārdiem jaunajā versijā vairs neatskaņo.
edit-save = Saglabāt un pārbaudīt
edit-publish = Publicēt
edit-discard = Izmest melnrakstu
edit-nothing = Nekas nav mainīts, tāpēc nav ko publicēt.
edit-refused = Nav publicēts, un zvanītājiem nekas nav mainīts: izlabojiet, kas norādīts pie laukiem.
edit-overtaken = Nav saglabāts: { $by } mainīja, ko jautā ({ $at }), pēc tam, kad atvērāt šo lapu. Jūsu teksts ir zemāk; salīdziniet ar pašreizējo un saglabājiet vēlreiz.
edit-overtaken-draft = Nav saglabāts: melnraksts mainīts ({ $by }) pēc tam, kad atvērāt šo lapu. Jūsu teksts ir zemāk; saglabājiet vēlreiz, lai paliek jūsu.
edit-overtaken-return = Kāds pa to laiku mainīja, ko jautā. Apskatiet un izlemiet no jauna.

switch-title = Kam jautā
switch-lead = Rindu kārtulas ar izlasēm un robežām. Kārtula šeit ir pārāka par iestatījumu failu, visos mezglos dažās sekundēs; notiekošie zvani turpinās.
switch-done = Kārtula izveidota.
switch-no-rule = Kārtulu nav: jautā, kā rakstīts iestatījumu failā.
switch-settings = Iestatījumi: { $share } % zvanu, bez robežas zvanītājam.
switch-settings-cap = { $offers ->
    [zero] Iestatījumi: { $share } % zvanu, { $offers } piedāvājumu zvanītājam { $days } dienās.
    [one] Iestatījumi: { $share } % zvanu, { $offers } piedāvājums zvanītājam { $days } dienās.
   *[other] Iestatījumi: { $share } % zvanu, { $offers } piedāvājumi zvanītājam { $days } dienās.
}
switch-rules = Spēkā esošās un plānotās kārtulas
switch-queue = Rinda
switch-what = Kas notiek
switch-sample = Izlase un robežas
switch-from = No
switch-by = Izveidoja
switch-all-queues = Visas rindas
switch-planned = plānota
switch-asks = Jautā { $survey }
switch-asks-any = Jautā; aptauju izvēlas nodošana vai iestatījumi
switch-nobody = Nejautā nevienam
switch-by-settings = Kā iestatījumos
switch-share-of = { $share } % zvanu
switch-caller-cap = { $offers ->
    [zero] { $offers } piedāvājumu zvanītājam { $days } dienās
    [one] { $offers } piedāvājums zvanītājam { $days } dienās
   *[other] { $offers } piedāvājumi zvanītājam { $days } dienās
}
switch-agent-cap = { $n ->
    [zero] apmēram { $n } piedāvājumu darbiniekam dienā
    [one] apmēram { $n } piedāvājums darbiniekam dienā
   *[other] apmēram { $n } piedāvājumi darbiniekam dienā
}
switch-new = Jauna kārtula
switch-new-lead = Lai mainītu kārtulu, izvēlieties tās rindu tabulā: veidlapa tad to rāda. Spēkā ir jaunākā kārtula, kas sākusies.
switch-other-queue = Vai rinda, kuras sarakstā vēl nav
switch-does-ask = Zvanītājiem jautā
switch-survey = Aptauja
switch-any-survey = kā nodošanā vai iestatījumos
switch-share = Zvanu daļa, %
switch-caller-offers = Piedāvājumi vienam zvanītājam
switch-caller-days = tik dienās (0: bez robežas)
switch-agent-day = Piedāvājumi darbiniekam dienā (0: bez robežas)
switch-from-day = No šīs dienas sākuma (tukšs: tagad)
switch-save = Izveidot kārtulu
switch-refused = Kārtula nav izveidota. Kas nav pareizi, rakstīts pie lauka.
switch-wrong-number = Šis skaitlis šeit neder.
switch-wrong-unknown = Tā nav sarakstā.
switch-wrong-past = Šī diena jau sākusies. Izvēlieties vēlāku vai atstājiet tukšu, ja tagad.
switch-wrong-date = Tas nav datums, piemēram, 2026-03-31.
switch-wrong-whole-day = Daļu un darbinieka robežu nosaka visai dienai. Izvēlieties rītdienu vai vēlāku dienu.
switch-wrong-overtaken = Kāds pa to laiku izveidoja šīs rindas kārtulu. Apskatiet tabulu un izlemiet no jauna.
switch-wrong-long = Rindas nosaukumā ir ne vairāk kā 200 zīmju.
switch-how = Kā darbojas kārtulas
switch-how-rules = Rindas kārtula iet pirms visu rindu kārtulas. Kārtula izvēlas aptauju pirms zvanītā numura un iestatījumiem; aptauju, ko nosauc pati nodošana, jautā tik un tā, bet, kur kārtula saka „nevienam”, nejautā. „Vairs nejautājiet”, sarunas ilgums, darba laiks un piekrišana ir spēkā vienmēr.
switch-how-sample = Kuri zvani ir izlasē, nosaka zvana identifikators, nevis secība, un daļa visu dienu ir tā pati: tāpēc darbinieka vienas rindas un dienas zvanītāji ir viena izlase.
switch-how-cap = Darbinieka robeža samazina daļu pirms dienas sākuma pēc zvaniem, ko viņš nodeva pēdējās 28 dienās, nekad zem 5 %. Tās dēļ nejautātie zvanītāji paliek kā “agent cap”.

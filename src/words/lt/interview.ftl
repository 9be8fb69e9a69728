# Apklausų sąrašai ir viena apklausa.

interview-list-title = Apklausos
interview-unlinked-title = Apklausos be agento
interview-unlinked-about = Nei perduodant skambutį, nei skambučio įraše nenurodyta, kas aptarnavo šiuos skambinusius. Jų atsakymai skaičiuojami visam centrui, bet niekam asmeniškai; gavus įrašą, jie susiejami savaime.
interview-all = Visos apklausos
interview-only-unlinked = Tik be agento
interview-search = Paieška
interview-search-about = Ieškokite pagal skambučio ar apklausos numerį, kad ir kurią dieną tai buvo, arba pagal tris paskutinius skambinusiojo telefono skaitmenis. Žemas įvertinimas – esantis žemiausiame skalės ketvirtyje.
interview-filter-agent = Agento kodas
interview-filter-disposition = Kaip baigėsi
interview-filter-link = Kaip susieta
interview-filter-only = Tik tos, kurios
interview-filter-comment = su komentaru
interview-filter-low = su žemu įvertinimu
interview-filter-marked = pažymėtos kaip nepriklausančios nuo agento
interview-unlinked-none = Viskas susieta
interview-unlinked-none-about = Kiekviena šio vaizdo apklausa turi savo agentą.
interview-empty = Skambučių dar nėra
interview-empty-about = Kai tik bus paklaustas pirmasis skambinęs žmogus, jo apklausa atsiras čia.
interview-none = Tinkamų apklausų nėra
interview-none-about = Pasirinkite ilgesnį laikotarpį, mažiau filtrų arba patikrinkite ieškomą numerį.
interview-none-here = Šiame vaizde jų nėra.
interview-count = { $n ->
    [one] { $n } apklausa
    [few] { $n } apklausos
    [many] { $n } apklausos
   *[other] { $n } apklausų
}
interview-count-many = Daugiau kaip { $n } apklausų
interview-newest-first = Naujausios viršuje
interview-older = Senesnės apklausos
interview-col-started = Pradžia
interview-col-answers = Atsakymai
interview-col-ended = Kaip baigėsi
interview-col-link = Susieta pagal
interview-col-language = Kalba
interview-col-caller = Skambino
interview-col-time = Laikas
interview-col-asked = Ko paklausta
interview-col-did = Ką darė skambinęs žmogus
interview-col-came = Kas iš to išėjo
interview-marked = Pažymėta kaip nepriklausanti nuo agento
interview-caller-unknown = nežinoma
interview-no-answers = nėra
interview-satisfied = patenkintas
interview-not-satisfied = nepatenkintas

interview-disposition-complete = baigta
interview-disposition-partial = dalinė
interview-disposition-break_off = nutraukta
interview-disposition-refusal = atsisakė
interview-disposition-no_contact = neatsiliepė
interview-disposition-failed = nepavyko
interview-disposition-ineligible = neklausta

interview-link-none = nesusieta
interview-link-handover = skambučio perdavimas
interview-link-record = skambučio įrašas
interview-link-inferred = skambučio įrašo numeris ir laikas (spėjama)
interview-link-hand = žmogus, ranka

interview-title = { $at } apklausa
interview-version = versija
interview-callback = Skambinęs žmogus paprašė, kad paskambintų vadovas: { $at }.
interview-number = Kuriuo numeriu skambinti:
interview-answers = Atsakymai
interview-answers-none = Skambinęs žmogus neatsakė.
interview-on-scale = skalėje { $scale }
interview-comments = Balso komentarai
interview-comment-seconds = { $n ->
    [one] { $n } sekundė
    [few] { $n } sekundės
    [many] { $n } sekundės
   *[other] { $n } sekundžių
}
interview-comment-expected = įrašytas; telefonijos platforma dar nepranešė, kur jis yra. Čia atsiras savaime; jei per valandą neatsiras, patikrinkite, ar platforma siunčia pranešimus apie įrašus.
interview-comment-ready = dar telefonijos platformoje; jis parsiunčiamas ir tada bus galima paklausyti čia. Jei taip ir lieka, žr. serverio žurnalą.
interview-comment-stored = galima klausytis
interview-comment-failed = dingo pakeliui: telefonijos platforma jo neatidavė. Žr. serverio žurnalą.
interview-comment-open = Atverti įrašą

interview-call = Skambutis ir kam jis skaičiuojamas
interview-counts-for = Skaičiuojama
interview-counts-nobody = kol kas niekam
interview-linked-by = Susieta pagal
interview-handover-said = Perduodant nurodyta
interview-record-says = Įraše nurodyta
interview-record-none = šio skambučio įrašo dar nėra
interview-caller-last = numeris baigiasi { $digits }
interview-came-over = Gauta per
interview-ended = Baigėsi
interview-not-asked = Neklausta pagal taisyklę
interview-failed = Nepavyko
interview-ended-goodbye = po atsisveikinimo
interview-ended-caller = skambinęs žmogus padėjo ragelį
interview-agent = agentas { $name }
interview-no-agent = agento nėra
interview-nobody = niekam
interview-team = komanda { $name }
interview-queue = eilė { $name }
interview-talk = { $seconds } s pokalbio
interview-doubt-twice = Perduodant tas pats pasakyta du kartus skirtingai: { $said }
interview-doubt-record = { $what ->
    [agent] Perduodant nurodytas agentas { $said }; skambučio įraše – { $found }.
    [team] Perduodant nurodyta komanda { $said }; skambučio įraše – { $found }.
   *[queue] Perduodant nurodyta eilė { $said }; skambučio įraše – { $found }.
}
interview-doubt-calendar = { $what ->
   *[team] Perduodant nurodyta komanda { $said }; pagal agentų datas komandose tai buvo { $found }.
}
interview-doubt-hand = Ranka susieta su kitu agentu, nei nurodyta skambučio įraše: { $found }. Galioja ranka padaryta sąsaja.

interview-transcript = Eiga
interview-transcript-about = Po eilutę kiekvienam skambučio žingsniui
interview-transcript-none = Skambinęs žmogus nepaspaudė jokio klavišo ir nesulaukė pirmojo klausimo pabaigos.
interview-turn = žingsnis
interview-question-n = { $n } klausimas
interview-value-skipped = praleista
interview-value-no-key = nepaspausta
interview-value-wrong-keys = netinkami klavišai
interview-value-not-asked = neklausta
interview-value-withdrawn = atsiimta
interview-value-no = ne
interview-value-yes = taip
interview-value-recorded = įrašyta
interview-turn-menu = Meniu
interview-turn-again = Dar kartą spauskite devynis
interview-turn-language = Kuria kalba?
interview-turn-offer = Ar paskambinti vadovui?
interview-turn-consent = Ar sutinkate atsakyti?
interview-did-spoke-for = kalbėjo { $seconds } s
interview-did-spoke = kalbėjo
interview-did-hung-up = čia padėjo ragelį
interview-came-no-call = nenorėjo skambučio
interview-came-manager = paprašė vadovo
interview-came-back = grįžta prie klausimo
interview-came-again = paklausta dar kartą
interview-came-language = kalba: { $name }
interview-came-no-consent = nesutinka
interview-came-consent = sutinka
interview-came-repeat = norėjo išgirsti dar kartą
interview-came-menu = atvėrė meniu
interview-came-went-back = grįžo vienu klausimu atgal
interview-came-skip = praleido
interview-came-other-language = paprašė kitos kalbos
interview-came-end-now = nusprendė baigti
interview-came-early = klavišas paspaustas per anksti
interview-came-spill = # priklausė ankstesniam atsakymui
interview-came-wrong-key = šis klavišas čia netinka
interview-came-callback = nori, kad paskambintų vadovas
interview-came-never-ask = nenori būti klausiamas niekada
interview-came-ended = apklausa baigėsi

interview-history = Kaip buvo susieta
interview-step-by = { $who }: { $why }
interview-relink = Susieti ranka
interview-relink-about = Tai, ką čia nuspręsite, galios ir vėliau gavus skambučių įrašus, kol kas nors nuspręs iš naujo. Visi skaičiai pasikeis iš karto.
interview-relink-to = Ši apklausa skaičiuojama
interview-relink-agent = šiam agentui
interview-relink-call = tam, kas nurodytas šio skambučio įraše
interview-relink-nobody = niekam
interview-relink-records = tam, kas nurodytas perduodant ir įrašuose (atšaukia ankstesnį sprendimą)
interview-relink-team-own = tuometinė agento komanda
interview-relink-queue-own = skambučio eilė
interview-relink-call-id = Skambučio numeris
interview-relink-why = Kodėl
interview-relink-do = Susieti
interview-done-linked = Susieta. Visi skaičiai pasikeitė.

interview-marks = Nepriklauso nuo agento
interview-marks-about = Pažymėtas atsakymas ir toliau skaičiuojamas į įvertinimą. Šalia jo rodomas peržiūrėtas įvertinimas, į kurį jis neįtraukiamas.
interview-marks-none = Nieko nepažymėta.
interview-mark = Pažymėti atsakymą
interview-mark-what = Kurį atsakymą
interview-mark-all = Visi šios apklausos atsakymai
interview-mark-why = Kodėl
interview-mark-note = Plačiau
interview-mark-do = Pažymėti
interview-mark-take-back = Atšaukti
interview-mark-taken = Atšaukta { $at }, { $who }
interview-done-marked = Pažymėta.
interview-done-taken = Atšaukta.
interview-reason-not-theirs = apie kitą agentą ar skambutį
interview-reason-product = apie gaminį ar jo kainą
interview-reason-rule = apie įmonės taisyklę
interview-reason-wait = apie laukimą
interview-reason-system = neveikė sistema
interview-reason-keys = sumaišyti klavišai
interview-reason-test = bandomasis skambutis
interview-reason-other = kita priežastis (parašykite žemiau)

interview-fault-choose = Pasirinkite, kam skaičiuojama apklausa.
interview-fault-agent-empty = Įrašykite agento kodą.
interview-fault-call-empty = Įrašykite skambučio numerį.
interview-fault-agent = Nėra agento, kurio kodas { $name }. Rašykite taip, kaip perduodant ir įrašuose.
interview-fault-team = Komandos { $name } nėra.
interview-fault-queue = Eilės { $name } nėra.
interview-fault-call = Skambučio { $name } įrašo nėra. Numerį rašykite taip, kaip įrašuose.
interview-fault-reason = Nurodykite priežastį.
interview-fault-note = Parašykite priežastį žodžiais.
interview-fault-question = Pasirinkite šios apklausos atsakymą.
interview-fault-already = Tai jau pažymėta.
interview-fault-running = Apklausa dar gali vykti. Pažymėkite ją pasibaigusią, po kelių minučių.

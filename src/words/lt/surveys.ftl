# Apklausos: ko klausiama, redagavimas, ko klausiama kurių skambintojų.

surveys-title = Apklausos
surveys-heading = Ko klausiame skambinančiųjų
surveys-lead = Visos šio serverio apklausos: jų žodžiai kiekviena kalba, kaip jos skamba ir kur užduodamos.
surveys-none = Apklausų nėra.
surveys-version = versija
surveys-from-page = redaguota čia
surveys-from-files = iš failų
surveys-asks = Klausia
surveys-takes = Trunka daugiausia
surveys-where = Įjungta
surveys-nowhere = niekur pagal taisykles ar nuostatas; ją gali nurodyti perdavimas
surveys-so-far = Iki šiol
surveys-check = Patikra
surveys-check-good = Klaidų nerasta
surveys-faults-n = { $n ->
    [one] { $n } klaida
    [few] { $n } klaidos
   *[other] { $n } klaidų
}
surveys-warnings-n = { $n ->
    [one] { $n } įspėjimas
    [few] { $n } įspėjimai
   *[other] { $n } įspėjimų
}
surveys-questions-n = { $n ->
    [one] { $n } klausimas
    [few] { $n } klausimai
   *[other] { $n } klausimų
}
surveys-offered-n = { $n ->
    [one] pasiūlytas { $n } pokalbis
    [few] pasiūlyti { $n } pokalbiai
   *[other] pasiūlyta { $n } pokalbių
}
surveys-started-n = { $n ->
    [one] { $n } su atsakymu
    [few] { $n } su atsakymu
   *[other] { $n } su atsakymu
}
surveys-since = klausiama nuo { $day }
surveys-never-asked = dar neklausta
surveys-seconds = { $n } s
surveys-place-all = visos eilės, { $share } skambučių
surveys-place-queue = eilė { $queue }, { $share } skambučių
surveys-place-settings = eilė { $queue } (nuostatos)
surveys-place-provider = { $provider } skambučiai (nuostatos)
surveys-place-off = išjungta nuostatose
surveys-side-by-side = Visos greta
surveys-edited-by = Klausiama taip, kaip šiame puslapyje suredagavo { $by } ({ $at }). Tuo metu disko failai neklausiami nė viename mazge.
surveys-files-asked = Klausiama taip, kaip parašyta failuose. Kai tik čia paskelbiamas pakeitimas, klausiama pagal jį.
surveys-files-differ = Šio serverio failai yra { $version } versijos ir neklausiami. Norėdami prie jų grįžti, klauskite pagal juos vėl; vėlesnis redagavimas prasidės nuo jų.
surveys-return = Klausti pagal failus
surveys-return-refused = Failai nepriimti, niekas nepakeista. Ištaisykite failuose ir paleiskite serverį iš naujo:
surveys-published = Paskelbta. Klausiama nuo kito skambučio; vykstantys skambučiai tęsiasi kaip prasidėję.
surveys-published-left = { $n ->
    [one] Paskelbta, klausiama nuo kito skambučio. { $n } pakeistas sakinys neturi garso: jį sako telefonijos platformos balsas.
    [few] Paskelbta, klausiama nuo kito skambučio. { $n } pakeisti sakiniai neturi garso: juos sako telefonijos platformos balsas.
   *[other] Paskelbta, klausiama nuo kito skambučio. { $n } pakeistų sakinių neturi garso: juos sako telefonijos platformos balsas.
}
surveys-asked-now = klausiama dabar
surveys-old-version = Ši versija nėra ta, kurios dabar klausiama.
surveys-to-asked = Rodyti, ko klausiama dabar
surveys-edit = Redaguoti
surveys-try = Išbandyti telefonu
surveys-which-wins = Failai ar pakeitimas
surveys-take-away = Saugoti kartu su savo failais:
surveys-longest = Ilgiausias kelias
surveys-promised = Pažadėta skambinantiesiems: { $seconds }
surveys-words-in = Žodžiai kalba
surveys-questions = Klausimai iš eilės
surveys-core = pagrindinis klausimas
surveys-series = seka { $series }
surveys-after-wrong = Po netinkamo klavišo
surveys-other-words = Visa kita, kas sakoma
surveys-versions = Versijos, kurių klausta
surveys-versions-lead = Atsakymai lieka prie versijos, kuriai duoti. Skaičiai laikui bėgant lyginami tik vienoje sekoje.
surveys-first-asked = žinoma nuo { $at }
surveys-made-by = redagavo { $by }
surveys-first-version = Pirmoji versija.
surveys-only-sounds = Žodžiai, slenksčiai ir sekos tie patys; pakito garsai arba kitos nuostatos.
surveys-changes-n = { $n ->
    [one] { $n } pakeitimas, palyginti su ankstesne versija
    [few] { $n } pakeitimai, palyginti su ankstesne versija
   *[other] { $n } pakeitimų, palyginti su ankstesne versija
}
surveys-promise = Pažadėtas laikas
surveys-new-question = Naujas klausimas { $name }
surveys-gone-question = Klausimo { $name } nebėra
surveys-satisfied-of = { $name }: patenkinti
surveys-series-of = { $name }: seka
surveys-good-high = daug yra gerai
surveys-good-low = mažai yra gerai
surveys-scale = skalė { $scale }
surveys-satisfied = patenkinti: { $values }
surveys-choice = { $n ->
    [one] { $n } pasirinkimas
    [few] { $n } pasirinkimai
   *[other] { $n } pasirinkimų
}
surveys-yes-no = 1 taip, 2 ne
surveys-yes-good = patenkintas atsakymas yra taip
surveys-no-good = patenkintas atsakymas yra ne
surveys-comment = balsu, daugiausia { $n } s
surveys-consent = sutikimas: 1 taip, 2 ne
surveys-about-agent = apie darbuotoją
surveys-about-resolution = apie sprendimą
surveys-about-company = apie įmonę
surveys-about-product = apie produktą
surveys-about-waiting = apie laukimą
surveys-only-if = Klausiama tik jei { $tests }.
surveys-test = { $question } yra { $values }
surveys-or = arba
surveys-and = ir
surveys-recorded = įrašė žmogus
surveys-machine = kompiuterio sukurtas garsas
surveys-voice = sako telefonijos platformos balsas
surveys-part-opening = Pradžia
surveys-part-help = Po tylos, netinkamo klavišo ar grįžimo
surveys-part-menu = Meniu
surveys-part-manager = Vadovo skambutis
surveys-part-endings = Pabaigos
surveys-part-numbers = Skaičiai ir raidės

edit-title = Redaguoti: { $survey }
edit-lead = Skambinantiesiems niekas nesikeičia, kol nepaskelbsite. Įrašykite kada norite; juodraštis lauks čia.
edit-saved = Įrašyta kaip juodraštis. Skambinantieji vis dar girdi tai, ko klausta anksčiau.
edit-draft-by = Juodraštis, paskutinis įrašė { $by } ({ $at })
edit-changed-n = { $n ->
    [one] { $n } pakeitimas
    [few] { $n } pakeitimai
   *[other] { $n } pakeitimų
}
edit-sound = Patikra klaidų neranda: galima skelbti.
edit-not-sound = Skelbti dar negalima. Kiekviena klaida nurodyta prie savo lauko; kitų vietų klaidos išvardytos čia.
edit-there = Eiti ten
edit-save-and-go = Įrašyti ir rodyti žodžius kalba
edit-promise = Sekundės, kurias pažada pasisveikinimas
edit-satisfied = Atsakymai, kurie laikomi patenkintais
edit-series = Seka (atsakymai lyginami vienoje sekoje)
edit-same = Pakeisti žodžiai klausia to paties: lyginti su ankstesniais atsakymais
edit-asked-now = Klausiama dabar:
edit-speech = Skelbiant pakeistus sakinius ištaria { $program }. Kur programos nėra arba ji nemoka kalbos, juos sako telefonijos platformos balsas; jei platforma balso neturi, skelbti atsisakoma. Žmogaus įrašas pakeistiems žodžiams naujoje versijoje nebegrojamas.
edit-save = Įrašyti ir patikrinti
edit-publish = Paskelbti
edit-discard = Išmesti juodraštį
edit-nothing = Niekas nepakeista, tad nėra ko skelbti.
edit-refused = Nepaskelbta, skambinantiesiems niekas nepakeista: ištaisykite, kas nurodyta prie laukų.
edit-overtaken = Neįrašyta: po to, kai atvėrėte šį puslapį, { $by } pakeitė, ko klausiama ({ $at }). Jūsų tekstas yra žemiau; palyginkite su dabartiniu ir įrašykite vėl.
edit-overtaken-draft = Neįrašyta: juodraštis pakeistas ({ $by }) po to, kai atvėrėte šį puslapį. Jūsų tekstas yra žemiau; įrašykite vėl, kad liktų jūsų.
edit-overtaken-return = Kažkas tuo metu pakeitė, ko klausiama. Pažiūrėkite ir nuspręskite iš naujo.

switch-title = Ko klausiama
switch-lead = Eilių taisyklės su imtimis ir ribomis. Taisyklė čia viršesnė už nuostatų failą, visuose mazguose per kelias sekundes; vykstantys skambučiai tęsiasi.
switch-done = Taisyklė sukurta.
switch-no-rule = Taisyklių nėra: klausiama taip, kaip parašyta nuostatų faile.
switch-settings = Nuostatos: { $share } % skambučių, be ribos skambinančiajam.
switch-settings-cap = { $offers ->
    [one] Nuostatos: { $share } % skambučių, { $offers } pasiūlymas skambinančiajam per { $days } d.
    [few] Nuostatos: { $share } % skambučių, { $offers } pasiūlymai skambinančiajam per { $days } d.
   *[other] Nuostatos: { $share } % skambučių, { $offers } pasiūlymų skambinančiajam per { $days } d.
}
switch-rules = Galiojančios ir suplanuotos taisyklės
switch-queue = Eilė
switch-what = Kas vyksta
switch-sample = Imtis ir ribos
switch-from = Nuo
switch-by = Sukūrė
switch-all-queues = Visos eilės
switch-planned = suplanuota
switch-asks = Klausiama { $survey }
switch-asks-any = Klausiama; apklausą parenka perdavimas arba nuostatos
switch-nobody = Neklausiama nieko
switch-by-settings = Kaip nuostatose
switch-share-of = { $share } % skambučių
switch-caller-cap = { $offers ->
    [one] { $offers } pasiūlymas skambinančiajam per { $days } d.
    [few] { $offers } pasiūlymai skambinančiajam per { $days } d.
   *[other] { $offers } pasiūlymų skambinančiajam per { $days } d.
}
switch-agent-cap = { $n ->
    [one] apie { $n } pasiūlymą darbuotojui per dieną
    [few] apie { $n } pasiūlymus darbuotojui per dieną
   *[other] apie { $n } pasiūlymų darbuotojui per dieną
}
switch-new = Nauja taisyklė
switch-new-lead = Norėdami pakeisti taisyklę, lentelėje pasirinkite jos eilę: forma bus užpildyta. Galioja naujausia jau prasidėjusi taisyklė.
switch-other-queue = Arba eilė, kurios sąraše dar nėra
switch-does-ask = Skambinančiųjų klausiama
switch-survey = Apklausa
switch-any-survey = kaip perdavime ar nuostatose
switch-share = Skambučių dalis, %
switch-caller-offers = Pasiūlymai vienam skambinančiajam
switch-caller-days = per tiek dienų (0: be ribos)
switch-agent-day = Pasiūlymai darbuotojui per dieną (0: be ribos)
switch-from-day = Nuo šios dienos pradžios (tuščia: dabar)
switch-save = Sukurti taisyklę
switch-refused = Taisyklė nesukurta. Kas negerai, parašyta prie lauko.
switch-wrong-number = Šis skaičius čia netinka.
switch-wrong-unknown = To nėra sąraše.
switch-wrong-past = Ši diena jau prasidėjo. Pasirinkite vėlesnę arba palikite tuščią, jei dabar.
switch-wrong-date = Tai ne data, pavyzdžiui, 2026-03-31.
switch-wrong-whole-day = Dalis ir darbuotojo riba nustatoma visai dienai. Pasirinkite rytojų ar vėlesnę dieną.
switch-wrong-overtaken = Kažkas tuo metu sukūrė šios eilės taisyklę. Pažiūrėkite į lentelę ir nuspręskite iš naujo.
switch-wrong-long = Eilės pavadinimas turi daugiausia 200 ženklų.
switch-how = Kaip veikia taisyklės
switch-how-rules = Eilės taisyklė eina pirma visų eilių taisyklės. Taisyklė apklausą parenka anksčiau nei skambinamas numeris ir nuostatos; perdavimo nurodytos apklausos klausiama vis tiek, bet kur taisyklė sako „nieko“, neklausiama. „Daugiau neklauskite“, pokalbio trukmė, darbo laikas ir sutikimas galioja visada.
switch-how-sample = Kurie skambučiai patenka į imtį, lemia skambučio identifikatorius, o ne eilė, ir dalis visą dieną ta pati: todėl darbuotojo vienos eilės ir dienos skambinantieji yra viena imtis.
switch-how-cap = Darbuotojo riba sumažina dalį prieš prasidedant dienai pagal skambučius, kuriuos jis perdavė per pastarąsias 28 dienas, niekada mažiau kaip iki 5 %. Dėl jos neklausti skambinantieji pažymimi „agent cap“.

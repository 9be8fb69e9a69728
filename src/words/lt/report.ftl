# Rodikliai, filtrai ir agentų puslapiai.

# Kaip rodikliai vadinami lentelėse
measure-csat = Patenkinti
measure-nps = Rekomenduotų
measure-ces = Buvo lengva
measure-fcr = Išspręsta
about-agent = juos aptarnavęs agentas
about-resolution = kaip išspręstas jų klausimas
about-company = įmonė
about-product = įmonės siūlomos prekės ir paslaugos
about-waiting = laukimas
meaning-scale = { $measure }: skambintojų, paspaudusių { $keys } (skalė { $scale }), dalis; klausimo tema: { $about }
meaning-nps = 9 ir 10 balų dalis atėmus 0–6 balų dalį; klausimo tema: { $about }
meaning-yes = { $measure }: skambintojų, atsakiusių „taip“, dalis; klausimo tema: { $about }
meaning-no = { $measure }: skambintojų, atsakiusių „ne“, dalis; klausimo tema: { $about }
meaning-choice = Ką skambintojai pasirinko; klausimo tema: { $about }
answer-yes = taip
answer-no = ne
interval-of = 95 % pasikliautinasis intervalas
interval-to = nuo { $low } iki { $high }
too-few = per mažai (n = { $n } iš { $needed })
no-answers = atsakymų nėra
not-asked = neklausta
spoken-score = { $name } { $score }, 95 % pasikliautinasis intervalas nuo { $low } iki { $high }, n = { $n }
spoken-few = { $name }: per mažai atsakymų (n = { $n }), 95 % pasikliautinasis intervalas nuo { $low } iki { $high }
spoken-none = { $name }: atsakymų nėra
spoken-part = { $value }: atsakymų { $n } iš { $all }, { $share } %

# Filtrai
filter-label = Kas rodoma
filter-period = Laikotarpis
filter-from = Nuo
filter-to = Iki
filter-team = Komanda
filter-queue = Eilė
filter-survey = Klausimynas
filter-version = Versija
filter-question = Klausimas
filter-language = Kalba
filter-channel = Kanalas
filter-agent = Agentas
filter-least = Mažiausias atsakymų skaičius
filter-all = Be filtro
filter-more = Daugiau filtrų
filter-show = Rodyti
filter-only = Rodoma tik: { $what }
filter-clear = Išvalyti visus filtrus
filter-day-span = nuo { $from } iki { $to }
filter-filling = šios dienos duomenys dar kaupiami
period-7d = Paskutinės 7 dienos
period-30d = Paskutinės 30 dienų
period-90d = Paskutinės 90 dienų
period-last-week = Praėjusi savaitė
period-month = Šis mėnuo
period-last-month = Praėjęs mėnuo
period-last-quarter = Praėjęs ketvirtis
period-12-months = Paskutiniai 12 mėnesių
period-own = Pasirinktos datos

# Ko negalima parodyti
fault-missing-title = Čia nieko nėra
fault-missing = Tokio puslapio, agento ar apklausos nėra.
fault-token-title = Šiam prieigos raktui neleidžiama
fault-token = Šis prieigos raktas skirtas įrašams siųsti; duomenų apie žmones jis neskaito.
fault-asked-title = To parodyti negalima
fault-no-text = Jokiame tekste nebūna NUL ženklo (adrese %00).
fault-away-title = Šiuo metu nepasiekiama
fault-away = Duomenų bazė neatsako. Skambučiai tuo metu vyksta toliau; pabandykite dar kartą po minutės.
fault-ours-title = Įvyko klaida
fault-ours = Puslapio parengti nepavyko; daugiau informacijos yra žurnale.
fault-back = Į apžvalgą
fault-again = Pasirinkite iš naujo žemiau arba
fault-again-link = atverkite puslapį be filtrų

# Agentai
agents-title = Agentai
agents-heading = Kiek patenkinti kiekvieno agento aptarnauti skambintojai
agents-mean = Vidurkis
agents-mean-meaning = Paspaustų klavišų vidurkis ir jo 95 % pasikliautinasis intervalas
agents-offered = Pasiūlyta
agents-offered-meaning = Kiek skambintojų pasiūlyta apklausa ir kiek iš jų pradėjo atsakinėti
agents-started-n = pradėjo: { $n }
agents-rate = Atsakiusiųjų dalis
agents-rate-meaning = Baigtų ir dalinių apklausų dalis tarp pasiūlytųjų
agents-caption = Agentai
agents-caption-note = Stulpelį kertanti linija – 95 % pasikliautinasis intervalas: kur, esant tiek atsakymų, gali būti tikroji agento dalis.
agents-column = Agentas
agents-few = Kol kas per mažai atsakymų (mažiau kaip { $needed }): { $name }
agents-started = Pradėta
agents-started-meaning = Apklausos, kuriose gautas bent vienas atsakymas, iš visų pasiūlytų
agents-of-offered = iš pasiūlytų { $n }
agents-rate-note = baigtos ir dalinės: { $n } iš { $of }
agents-nobody-offered = apklausa niekam nepasiūlyta
agents-nobody-answered = šiame rodinyje niekas neatsakė
agents-unlinked = Nesusieta
agents-unlinked-meaning = Apklausos, nepriskirtos jokiam agentui, nes jo nenurodo nei skambučio perdavimas, nei skambučio duomenys
agents-all-linked = visos apklausos susietos su agentais
agents-no-agent = agentas nežinomas
agents-show-them = Parodyti jas
agents-none-title = Šiame rodinyje niekas neapklaustas
agents-none = Apklausų yra, bet nė viena neatitinka pasirinktų dienų ir filtrų. Pasirinkite ilgesnį laikotarpį arba visas komandas, eiles, klausimynus ir kalbas.
agents-empty-title = Skambučių dar nėra
agents-empty = Kai tik bus apklaustas pirmasis skambintojas, jo atsakymai atsiras čia, šalia jį aptarnavusio agento. Norėdami paskambinti patys, be jokio telefono aparato:
agents-empty-phone = Skambinti šio puslapio telefonu
agents-empty-or = Arba nukreipkite savo telefonijos platformą adresu, aprašytu README faile:
agents-how = Kaip skaityti šiuos skaičius
agents-how-interval = 95 % pasikliautinasis intervalas: kuo mažiau atsakymų, tuo jis platesnis. Dviejų agentų, kurių intervalai smarkiai persidengia, pagal šiuos atsakymus atskirti negalima. Dalims taikomas Vilsono (Wilson) metodas, vidurkiams – Stjudento (Student), grynajam rekomendavimo indeksui (NPS) – koreguotasis Voldo (Wald).
agents-how-few = Per mažai: kai atsakymų tiek nedaug, rezultatas daugiau pasako apie atsitiktinumą nei apie agentą, todėl vaizduojamas tik intervalas. Mažiausias atsakymų skaičius: daliai ar vidurkiui – { $min }, grynajam rekomendavimo indeksui (NPS) – { $nps }.
agents-how-verdict = Kad rezultatas viršija tikėtiną lygį ar jo nesiekia, sakoma tik tada, kai skirtumas nuo bendro tų pačių eilių ir kalbų rezultato yra statistiškai reikšmingas – nepaaiškinamas atsitiktinumu net atsižvelgus į tai, kiek agentų vertinta, – ir pakankamai didelis, kad būtų svarbus. Tai sakoma tik apie ištisas savaites, mėnesius ir ketvirčius, tik pagal atsakymus telefonu, ir išvada ta pati, kad ir kas žiūrėtų ir kokie filtrai būtų pasirinkti.
agents-how-rank = Rangas: vietos, kurias agentas gali užimti. Visų agentų rangų intervalai kartu galioja su 95 % pasikliovimo lygmeniu.
agents-how-whole = Komandą pakeitęs agentas turi po atskirą eilutę kiekvienai komandai. Centro rodikliuose kiekviena apklausa skaičiuojama vieną kartą, todėl jie nėra eilučių suma. Apibrėžčių versija: { $definitions }.
agents-expected = Tikėtinas lygis
agents-expected-meaning = Bendras tų pačių eilių ir kalbų rezultatas be šio agento
agents-verdict = Palyginimas
agents-verdict-meaning = Ar skirtumas nuo tikėtino lygio yra daugiau nei atsitiktinumas
agents-rank = Rangas
agents-rank-meaning = Tarp kurių vietų gali būti agentas; 95 % pasikliovimo lygmuo visiems agentams kartu
agents-rank-of = iš { $n }
agents-trend = 12 savaičių
agents-trend-meaning = Paskutinės dvylika savaičių; po tašką kiekvienai, kurią gauti bent 5 atsakymai
agents-trend-label = Paskutinės dvylika savaičių: { $weeks }
agents-free-period = Lyginama pagal ištisas savaites, mėnesius ir ketvirčius. Pasirinktos datos nė vieno iš jų neatitinka, todėl rodomi intervalai ir niekas nelyginamas.
agents-free-filter = Lyginama pagal visus agento atsakymus telefonu. Su šiais filtrais rodomi intervalai ir niekas nelyginamas.
agents-shared = Čia viena apklausa gali būti įskaityta visiems to skambučio darbuotojams: jų skaičiai nėra nepriklausomi vieni nuo kitų.
agents-several-surveys = Lyginama vieno klausimyno ribose. Pasirinkite klausimyną, kad matytumėte palyginimus.
agents-columns-all = Rodyti visus stulpelius
agents-columns-fewer = Rodyti mažiau stulpelių
agents-view-table = Lentelė
agents-view-funnel = Piltuvėlio diagrama
agents-view-compare = Dviejų palyginimas
agents-funnel-title = Agentai pagal atsakymų skaičių
agents-funnel-note = Kiekvienas taškas – agentas: kiek gauta atsakymų ir koks rezultatas pakoregavus pagal eiles ir kalbas. Tarp vidinių kontrolinių ribų patenka 95 % agentų, jei visi jie vienodi, tarp išorinių – 99,8 %. Kieno rezultatas viršija tikėtiną lygį ar jo nesiekia, rodo tik spalva.
agents-funnel-wide = Šios ribos per siauros (φ = { $phi }): eilės ar skambintojai skiriasi ir tuo, į ką korekcija neatsižvelgia.
agents-funnel-even = φ = { $phi }
agents-funnel-needs = Piltuvėlio diagramai reikia ištisos savaitės, mėnesio ar ketvirčio ir klausimyno rodiklio, apie kurį surinkta pakankamai atsakymų.
agents-compare-title = Dviejų palyginimas
agents-compare-one = Pirmasis
agents-compare-other = Antrasis
agents-compare-measure = Rodiklis
agents-compare-difference = Skirtumas
agents-compare-agents = Du agentai šiuo laikotarpiu
agents-compare-periods = Du laikotarpiai
agents-compare-days = Lyginamos dienos
agents-compare-this = Šis laikotarpis
agents-compare-before = Kitos dienos
agents-compare-chance = Šie du pasirinkti rankiniu būdu; iš daugelio tokių porų kai kurios skiriasi atsitiktinai. Lentelėje esantis palyginimas su tikėtinu lygiu į tai atsižvelgia.
verdict-above = viršija tikėtiną lygį
verdict-as_expected = atitinka tikėtiną lygį
verdict-below = nesiekia tikėtino lygio
verdict-too_few = per mažai atsakymų palyginti
change-up = padidėjo, palyginti su ankstesniu laikotarpiu: { $difference } ({ $interval })
change-down = sumažėjo, palyginti su ankstesniu laikotarpiu: { $difference } ({ $interval })
change-none = statistiškai reikšmingo pokyčio nėra: { $difference } ({ $interval })
target = Tikslas

# Vienas agentas
agent-crumb = Agentai
agent-in-team = Komanda: { $team }
agent-no-team = komanda nežinoma
agent-none-title = Šiame rodinyje apklausų nėra
agent-none = Pasirinktomis dienomis ir su šiais filtrais nė vienas šio agento aptarnautas skambintojas neapklaustas.
agent-funnel-offered = Pasiūlyta
agent-funnel-started = Pradėta
agent-funnel-complete = Baigta
agent-funnel-partial = Atsakyta iš dalies
agent-funnel-break_off = Nutraukta
agent-funnel-refusal = Atsisakyta
agent-funnel-no_contact = Nesusisiekta
agent-funnel-failed = Nepavyko
agent-about-us = Ką skambintojai sakė apie mus
agent-about-us-note = Ne apie agentą: apie įmonę, jos prekes ir paslaugas bei laukimą.
agent-interviews-n = Apklausos ({ $n })
agent-only-answer = Rodomos tik apklausos su šiuo atsakymu: { $answer }.
agent-only-answered = Rodomos tik apklausos, kuriose atsakyta: { $measure }.
agent-show-all = Rodyti visas
agent-keys-label = Atsakymai pagal klavišą; kiekvienas skaičius veda į atitinkamas apklausas
agent-key-link = Apklausos su atsakymu { $value }:
agent-mean-is = vidurkis { $mean }
agent-mean-interval = vidurkis { $mean }, 95 % pasikliautinasis intervalas { $interval }
agent-response = išgirdo: { $n }, iš jų atsakė: { $share } ({ $interval })
agent-expected = Tikėtinas šių eilių ir kalbų lygis: { $score }
agent-difference = { $verdict }; skirtumas atėmus atsitiktinumo įtaką: { $difference }
agent-rank = rangas nuo { $low } iki { $high } iš { $of }
agent-drivers = Kas komandoje { $team } siejasi su pasitenkinimu
agent-drivers-note = Pagal visas komandos apklausas. „Siejasi“ nereiškia „lemia“.
agent-drivers-all = Visa tai diagramoje
agent-driver = svarba { $importance } (nuo { $low } iki { $high }); patenkinti { $satisfied } ({ $interval }), n = { $n }
agent-comments = Komentarai, kuriuos verta išklausyti
agent-comments-all = Visos apklausos su komentaru

# Rodikliai laikui bėgant
trend-title = { $measure }: savaitė po savaitės
trend-note = Savaitės, kuriomis gauta mažai atsakymų, sujungtos. Brūkšninės linijos – kontrolinės ribos, nutolusios per tris sigmas nuo to, kas buvo įprasta per ankstesnes 26 savaites. Už jų esantis taškas arba aštuoni taškai iš eilės vienoje pusėje – priežastis įsigilinti, o ne nuosprendis.
trend-short = Savaitės, kuriomis gauta mažai atsakymų, sujungtos. Kontrolinėms riboms nustatyti reikia bent 12 taškų iki pasirinktų dienų; tiek jų dar nėra.
trend-signals = { $n ->
    [0] Nieko neįprasta.
    [one] { $n } neįprastas taškas.
    [few] { $n } neįprasti taškai.
    [many] { $n } neįprasto taško.
   *[other] { $n } neįprastų taškų.
}
trend-week = Dienos
trend-score = Rezultatas
trend-n = Atsakymai
trend-limits = Įprasta anksčiau
trend-signal = Signalas
trend-signal-beyond = už kontrolinių ribų
trend-signal-run = aštuoni ar daugiau iš eilės vienoje pusėje

# Apžvalga
overview-heading = Kiek patenkinti skambintojai
overview-before = palyginti su laikotarpiu { $days }
overview-to-agents = Rezultatai pagal agentus
overview-waiting = Kas laukia
overview-unsaved = { $n ->
    [one] { $n } atsakymas laukia serverio diske, kol jį priims duomenų bazė: jo dar nėra jokiame skaičiuje
    [few] { $n } atsakymai laukia serverio diske, kol juos priims duomenų bazė: jų dar nėra jokiame skaičiuje
    [many] { $n } atsakymo laukia serverio diske, kol juos priims duomenų bazė: jų dar nėra jokiame skaičiuje
   *[other] { $n } atsakymų laukia serverio diske, kol juos priims duomenų bazė: jų dar nėra jokiame skaičiuje
}
overview-unlinked = { $n ->
    [one] { $n } apklausa nepriskirta jokiam agentui: peržiūrėkite ir susiekite
    [few] { $n } apklausos nepriskirtos jokiam agentui: peržiūrėkite ir susiekite
    [many] { $n } apklausos nepriskirta jokiam agentui: peržiūrėkite ir susiekite
   *[other] { $n } apklausų nepriskirta jokiam agentui: peržiūrėkite ir susiekite
}
overview-cases = { $n ->
    [one] { $n } neišspręstas atvejis: žiūrėti, kuo dar reikia pasirūpinti
    [few] { $n } neišspręsti atvejai: žiūrėti, kuo dar reikia pasirūpinti
   *[other] { $n } neišspręstų atvejų: žiūrėti, kuo dar reikia pasirūpinti
}
overview-response = Atsakymo lygis
overview-response-meaning = Baigtų ir dalinių apklausų dalis tarp visų skambučių, per kuriuos buvo galima apklausti
overview-changed-most = Kas pasikeitė labiausiai
overview-changed-note = Komandos, eilės ir kalbos, kurių rodikliai pasikeitė statistiškai reikšmingai, atsižvelgus į visus palygintus (iš viso { $n }).
overview-nothing = Statistiškai reikšmingų pokyčių nėra; iš viso palyginta komandų, eilių ir kalbų rodiklių: { $n }.
overview-changed = { $difference } ({ $interval }): dabar { $now } (n = { $n }), anksčiau { $before } (n = { $nbefore })

channel-phone = Telefonas
agents-views = Rodiniai
agents-pages = Lentelės puslapiai
lang-ar = Arabų
lang-bg = Bulgarų
lang-cs = Čekų
lang-da = Danų
lang-de = Vokiečių
lang-el = Graikų
lang-en = Anglų
lang-es = Ispanų
lang-et = Estų
lang-fi = Suomių
lang-fr = Prancūzų
lang-hi = Hindi
lang-hr = Kroatų
lang-hu = Vengrų
lang-it = Italų
lang-lt = Lietuvių
lang-lv = Latvių
lang-nl = Nyderlandų
lang-no = Norvegų
lang-pl = Lenkų
lang-pt = Portugalų
lang-ro = Rumunų
lang-ru = Rusų
lang-sk = Slovakų
lang-sl = Slovėnų
lang-sv = Švedų
lang-ta = Tamilų
lang-tr = Turkų
lang-uk = Ukrainiečių
agents-adjusted = Po korekcijos
agents-funnel-none = Šiam rodiniui piltuvėlio diagramos nėra
compare-unknown = šiame rodinyje nėra apklausų, priskirtų agentui „{ $code }“
compare-chance = statistiškai nereikšminga

# Eilės, komandos, kalbos
queues-heading = Centro rezultatai pagal dalis
queues-split = Skirstyti pagal
queues-by-queue = Pagal eilę
queues-by-team = Pagal komandą skambučio metu
queues-by-language = Pagal kalbą
queues-by-channel = Pagal kanalą
queues-note = Kiekviena apklausa skaičiuojama vieną kartą. Eilės ir kalbos skiriasi skambintojais ir jų klausimais, todėl pagal šiuos rodiklius žmonės nelyginami.
queues-part = Centro dalis
queues-none = nežinoma
queues-whole = Iš viso

# Klausimai
questions-heading = Ko klausta ir kaip atsakyta
questions-version = versija { $version }
questions-since = pirmą kartą klausta { $day }
questions-series = serija { $series }
questions-heard = { $n ->
    [one] Išgirdo { $n } skambintojas
    [few] Išgirdo { $n } skambintojai
    [many] Išgirdo { $n } skambintojo
   *[other] Išgirdo { $n } skambintojų
}
questions-answered = Iš jų atsakė { $share } ({ $interval })
questions-skipped = Praleido: { $n }
questions-no-input = Nieko nepaspaudė: { $n }
questions-no-match = Spaudė tik kitus klavišus: { $n }
questions-left = Atsijungė klausimo metu: { $n }
questions-not-counted = neskaičiuojama
questions-words = Klausimo formuluotė
questions-drop-title = Kur skambintojai atsijungė: { $asks }
questions-drop-note = { $n ->
    [one] { $n } skambintojas atsijungė šio klausimo metu; rodoma, kurią sekundę nuo klausimo pradžios.
    [few] { $n } skambintojai atsijungė šio klausimo metu; rodoma, kurią sekundę nuo klausimo pradžios.
    [many] { $n } skambintojo atsijungė šio klausimo metu; rodoma, kurią sekundę nuo klausimo pradžios.
   *[other] { $n } skambintojų atsijungė šio klausimo metu; rodoma, kurią sekundę nuo klausimo pradžios.
}
questions-drop-tip = Atsijungė: { $n }, sekundė: { $second }
questions-second = Sekundės nuo klausimo pradžios
questions-callers = Atsijungę skambintojai

# Kas siejasi su pasitenkinimu
drivers-heading = Kas siejasi su pasitenkinimu
drivers-link = Kas siejasi su pasitenkinimu
drivers-note = Kuo aukščiau, tuo glaudžiau bendras skambinančiųjų atsakymas siejasi su šiuo; kuo dešiniau, tuo daugiau skambinančiųjų tuo patenkinti. Viršuje kairėje verta ieškoti pirmiausia. „Siejasi“ nereiškia „lemia“.
drivers-none = Kol kas nėra ką rodyti
drivers-not-asked = Šiame rodinyje nė viena apklausa neklausia ir apie bendrą pasitenkinimą, ir apie tai, kas su juo galėtų sietis.
drivers-too-few = Užbaigtų apklausų: { $n }; reikia: { $needed }.
drivers-constant = Visi skambinantieji atsakė vienodai, todėl niekas su tuo negali sietis.
drivers-of = Apklausa { $survey }, versija { $version }, užbaigtų apklausų: { $n }. Visa tai kartu paaiškina { $share } % bendro atsakymo skirtumų.
drivers-cut = Perskaitytos tik naujausios apklausos: { $n }.
drivers-attribute = Apie ką klausta
drivers-importance = Svarba
drivers-satisfied = Patenkinti
drivers-correlation = Rangų koreliacija
drivers-remark = Pastaba
drivers-not-separable = neatskiriama nuo kito
drivers-not-separable-note = Į kai kuriuos klausimus atsakyta taip panašiai, kad jų svarba priklauso jiems visiems kartu.

target-reached = pasiekta: tikslas { $target }
target-missed = nepasiekta: tikslas { $target }
target-open = dar neaišku: tikslas { $target }
target-open-n = dar neaišku: tikslas { $target }, reikia maždaug tiek atsakymų: { $n }

# Ką pasako skambučių įrašai: rodikliai iš visų skambučių, vienodas klausimas, išspręsta iš pirmo karto.

rates-reach = Aprėptis
rates-reach-meaning = Skambinusieji, kuriems pasiūlyta apklausa, iš visų skambučių, kuriuose buvo galima klausti
rates-how-title = Atsakymo lygis ir aprėptis
rates-how = Atsakymo lygis (AAPOR RR2) ir aprėptis apima visus skambučius, kuriuose buvo galima klausti, ne tik tuos, kuriuose pasiūlyta: skambučius su pasiūlyta apklausa ir įrašytus skambučius, kurių skambinusysis pakankamai ilgai kalbėjo su agentu darbo laiku, eilei ir apklausai esant įjungtoms, ir kurio neatmetė „niekada neklausti“, riba ar imtis. Jie nurodomi tik ten, kur įrašai apima bent 95 % skambučių: turinčių įrašą su agentu – iš visų, apie kuriuos žinoma iš perdavimo arba įrašo. Skambutis, apie kurį nėra nei vieno, nei kito, nežinomas.
rates-why-coverage = nežinoma: reikia bent 95 % visų skambučių įrašų
rates-why-covered = nežinoma: įrašai apima { $share } % iš { $n } skambučių, o reikia 95 %
rates-why-filtered = nežinoma vienai apklausai, kalbai ar kanalui: apie skambučius, kuriuose neklausta, nežinoma, kas jiems būtų tekę
rates-why-no_calls = nebuvo skambučių, kuriuose būtų galima klausti

# Ar klausiama visų skambinusiųjų?
fairness-title = Ar klausiama visų skambinusiųjų?
fairness-about = Ar kiekvieno agento skambinusiųjų klausiama taip pat dažnai, kaip kitų agentų tose pačiose eilėse. „Verta pažiūrėti“ yra priežastis pasiteirauti, o ne išvada, ir neįeina nei į vertinimą, nei į vietą, nei į laiškus.
fairness-summary = { $n ->
    [0] Nė vieno agento skambinusiųjų neklausiama rečiau, nei leidžia tikėtis jo eilės, daugiau nei atsitiktinai.
    [one] Verta pažiūrėti { $n } agentą iš { $of }: jo skambinusiųjų klausiama arba jie atsako rečiau, nei leidžia tikėtis eilės.
    [few] Verta pažiūrėti { $n } agentus iš { $of }: jų skambinusiųjų klausiama arba jie atsako rečiau, nei leidžia tikėtis eilės.
   *[other] Verta pažiūrėti { $n } agentų iš { $of }: jų skambinusiųjų klausiama arba jie atsako rečiau, nei leidžia tikėtis eilės.
  }
fairness-why = { $what } { $own }, tikėtasi šiose eilėse { $expected }
fairness-limits = Taškas yra agentas. Aukštyn: aprėptis, kokia būtų esant viso centro eilių sudėčiai. Skersai: skambučiai, kuriuose buvo galima klausti. Linijos – per dvi ir tris standartines paklaidas nuo centro (p diagrama). „Verta pažiūrėti“ atsižvelgia ir į tai, kiek agentų žiūrėta (Benjamini ir Hochberg), ir kiek agentai skiriasi bet kuriuo atveju.
fairness-calls = Skambučiai, kuriuose galima klausti
fairness-expected = Tikėtina šiose eilėse
fairness-look = Klausiama
fairness-worth_a_look = verta pažiūrėti
fairness-nothing = nieko daugiau nei atsitiktinumas
fairness-not_known = nežinoma
fairness-unanswered = Perduota, bet neatsakyta
fairness-answer-look = Atsakoma
fairness-seconds = Sekundės iki perdavimo
fairness-ended = Baigė agentas
fairness-coverage = Apima įrašai
fairness-few = per mažai skambučių
fairness-whole = Skaičiai yra viso agento laikotarpio visose eilėse; komanda ir eilė parenka, kas rodoma sąraše, tad visi žiūrintys skaito tą patį. Sekundės: mediana nuo pokalbio pabaigos iki perdavimo. Baigė agentas: iš skambučių, kurių įraše pasakyta, kas juos baigė.
fairness-innocent = Nekaltos priežastys, kurias reikia atmesti pirmiausia
fairness-innocent-line = Ausinės ar telefonas, nutraukiantys ryšį, kai agentas padeda ragelį.
fairness-innocent-habit = Skambinusieji padeda ragelį pirmi: išeina anksčiau, nei juos galima perduoti.
fairness-innocent-route = Eilė, numeris ar peradresavimas, kurių skambučių platforma neperduoda, pavyzdžiui, mūsų pačių skambučiai.
fairness-innocent-hours = Ankstyvos ar vėlyvos pamainos, kai skambina kiti žmonės.
fairness-innocent-records = Įrašai su netinkamu agentu arba vėluojantys.
fairness-innocent-new = Naujas žmogus, kuriam niekas nepasakė, kaip perduoti.
fairness-none-title = Kol kas nieko negalima pasakyti
fairness-none = Šiame vaizde nė vienas agentas neturi skambučių.
fairness-unknown = Įrašai apima per mažai kiekvieno agento skambučių: siųskite kiekvieno skambučio įrašą, taip pat ir neperduotų. Tada šis puslapis parodys, kieno skambinusiųjų klausiama.
fairness-cut = Sekundės ir kas baigė skambutį – iš naujausių { $n } šių dienų skambučių.

# Išspręsta iš pirmo karto: pasakyta ir matyta
observed-title = Išspręsta iš pirmo karto: ką pasakė skambinusieji ir ar skambino vėl
observed-link = Pasakyta ir matyta
observed-about = Šalia to, ką skambinusieji pasakė, parodyta, ar jie vėl skambino per { $days } dienas: tas pats numeris ir ta pati eilė arba tas pats atvejis ar klientas, naujas įeinantis skambutis, į kurį atsiliepė agentas. Žmonės vėl skambina ir kitais reikalais, iš kitų numerių, arba neskambina, nes nuleido rankas. Tai skirta centrui, komandai ar eilei ir neįeina į jokio agento vertinimą.
observed-off-title = Tai išjungta
observed-off = Čia nežiūrima, ar skambinusieji skambino vėl. Įjungia nustatymas „observed_resolution“; nuo tada apie kiekvieną kreipinį pažymima, kai jam sueina { $days } dienos.
observed-none-title = Kol kas nėra ko rodyti
observed-none = Šiame vaizde nėra kreipinio, kuriame klausta, ar reikalas išspręstas, ir kuriam daugiau nei { $days } dienos.
observed-caption = Kreipiniai pagal tai, kas pasakyta ir kas matyta
observed-said = Skambinusieji pasakė
observed-quiet = Vėl neskambino
observed-repeat = Skambino vėl
observed-all = Iš viso
observed-yes = Išspręsta
observed-no = Neišspręsta
observed-asked = Išspręsta, kaip sako skambinusieji
observed-observed = Išspręsta, nes daugiau neskambinta
observed-difference = Pasakyta minus matyta
observed-agreement = Abu sako tą patį
observed-kappa = Sutapimas daugiau nei atsitiktinis (Coheno κ)
observed-repeats-yes = Skambino vėl iš pasakiusių „išspręsta“
observed-repeats-no = Skambino vėl iš pasakiusių „neišspręsta“
observed-left-out = Neįtraukta į lentelę
observed-called_back = { $n ->
    [one] { $n } kreipinys, kurio autoriui patys perskambinome
    [few] { $n } kreipiniai, kurių autoriams patys perskambinome
   *[other] { $n } kreipinių, kurių autoriams patys perskambinome
  }
observed-often = { $n ->
    [one] { $n } kreipinys iš numerio, turinčio daugiau nei { $most } skambučius per 30 dienų
    [few] { $n } kreipiniai iš numerių, turinčių daugiau nei { $most } skambučius per 30 dienų
   *[other] { $n } kreipinių iš numerių, turinčių daugiau nei { $most } skambučius per 30 dienų
  }
observed-unknown = { $n ->
    [one] { $n } kreipinys be numerio, atvejo ar kliento, pagal kurį būtų galima rasti kitą skambutį
    [few] { $n } kreipiniai be numerio, atvejo ar kliento, pagal kurį būtų galima rasti kitą skambutį
   *[other] { $n } kreipinių be numerio, atvejo ar kliento, pagal kurį būtų galima rasti kitą skambutį
  }
observed-young = { $n ->
    [one] { $n } kreipinys, kuriam dar nėra { $days } dienų arba į kurį niekada nežiūrėta
    [few] { $n } kreipiniai, kuriems dar nėra { $days } dienų arba į kuriuos niekada nežiūrėta
   *[other] { $n } kreipinių, kuriems dar nėra { $days } dienų arba į kuriuos niekada nežiūrėta
  }
observed-cut = Perskaitytos tik naujausios { $n } šio vaizdo apklausos.

# Columns of files
export-response_rate = Atsakymo lygis
export-response_rate_low = Atsakymo lygis, 95 % nuo
export-response_rate_high = Atsakymo lygis, 95 % iki
export-reach = Aprėptis
export-reach_low = Aprėptis, 95 % nuo
export-reach_high = Aprėptis, 95 % iki
export-coverage = Apima įrašai
export-coverage_n = Žinomi skambučiai

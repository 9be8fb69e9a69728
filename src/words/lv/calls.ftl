# Ko stāsta zvanu ieraksti: rādītāji no visiem zvaniem, vienlīdzīga jautāšana, atrisināts pirmajā reizē.

rates-reach = Aptvere
rates-reach-meaning = Zvanītāji, kuriem piedāvāta aptauja, no visiem zvaniem, kuros varēja jautāt
rates-how-title = Atbildētības līmenis un aptvere
rates-how = Atbildētības līmenis (AAPOR RR2) un aptvere ietver visus zvanus, kuros varēja jautāt, ne tikai tos, kuros piedāvāts: zvanus ar piedāvātu aptauju un reģistrētus zvanus, kuru zvanītājs pietiekami ilgi runāja ar aģentu darba laikā, rindai un aptaujai esot ieslēgtām, un kuru neizslēdza „nekad nejautāt”, ierobežojums vai izlase. Tie norādīti tikai tur, kur ieraksti aptver vismaz 95 % zvanu: tos, kuru ierakstā nosaukts aģents, no visiem, par kuriem zināms no nodošanas vai ieraksta. Zvans, par kuru nav ne viena, ne otra, nav zināms.
rates-why-coverage = nav zināms: vajadzīgi vismaz 95 % visu zvanu ieraksti
rates-why-covered = nav zināms: ieraksti aptver { $share } % no { $n } zvaniem, bet vajag 95 %
rates-why-filtered = nav zināms vienai aptaujai, valodai vai kanālam: par zvaniem, kuros nejautāts, nav zināms, kas tiem būtu bijis
rates-why-no_calls = nebija zvanu, kuros varētu jautāt

# Vai jautā visiem zvanītājiem?
fairness-title = Vai jautā visiem zvanītājiem?
fairness-about = Vai katra aģenta zvanītājiem jautā tikpat bieži kā citu aģentu zvanītājiem tajās pašās rindās. „Vērts paskatīties” ir iemesls pajautāt, nevis secinājums, un neietilpst ne vērtējumā, ne vietā, ne vēstulēs.
fairness-summary = { $n ->
    [0] Neviena aģenta zvanītājiem nejautā retāk, nekā ļauj gaidīt viņa rindas, vairāk par nejaušību.
    [one] Vērts paskatīties uz { $n } aģentu no { $of }: zvanītājiem jautā vai viņi atbild retāk, nekā ļauj gaidīt rindas.
   *[other] Vērts paskatīties uz { $n } aģentiem no { $of }: zvanītājiem jautā vai viņi atbild retāk, nekā ļauj gaidīt rindas.
  }
fairness-why = { $what } { $own }, šajās rindās sagaidāms { $expected }
fairness-limits = Punkts ir aģents. Uz augšu: aptvere, kāda tā būtu ar visa centra rindu sastāvu. Šķērsām: zvani, kuros varēja jautāt. Līnijas ir divu un trīs standartkļūdu attālumā no centra (p diagramma). „Vērts paskatīties” ņem vērā arī to, cik aģentu aplūkots (Benjamini un Hohbergs) un cik aģenti atšķiras tāpat.
fairness-calls = Zvani, kuros varēja jautāt
fairness-expected = Gaidāms šajās rindās
fairness-look = Jautāts
fairness-worth_a_look = vērts paskatīties
fairness-nothing = nekas vairāk par nejaušību
fairness-not_known = nav zināms
fairness-unanswered = Nodots, bet bez atbildes
fairness-answer-look = Atbildēts
fairness-seconds = Sekundes līdz nodošanai
fairness-ended = Pabeidza aģents
fairness-coverage = Aptver ieraksti
fairness-few = par maz zvanu
fairness-whole = Skaitļi ir par visu aģenta laikposmu visās rindās; komanda un rinda izvēlas, kurš ir sarakstā, tāpēc visi skatītāji lasa vienu un to pašu. Sekundes: mediāna no sarunas beigām līdz nodošanai. Pabeidza aģents: no zvaniem, kuru ierakstā teikts, kas tos pabeidza.
fairness-innocent = Nevainīgi iemesli, kas vispirms jāizslēdz
fairness-innocent-line = Austiņas vai tālrunis, kas pārtrauc savienojumu, kad aģents noliek klausuli.
fairness-innocent-habit = Zvanītāji noliek klausuli pirmie: aiziet, pirms viņus var nodot.
fairness-innocent-route = Rinda, numurs vai pāradresācija, kuras zvanus platforma nenodod, piemēram, mūsu pašu veiktie zvani.
fairness-innocent-hours = Agras vai vēlas maiņas, kad zvana citi cilvēki.
fairness-innocent-records = Ieraksti ar nepareizu aģentu vai novēloti ieraksti.
fairness-innocent-new = Kāds jauns, kuram neviens nav pateicis, kā nodot.
fairness-none-title = Pagaidām neko nevar teikt
fairness-none = Šajā skatā nevienam aģentam nav zvanu.
fairness-unknown = Ieraksti aptver pārāk maz katra aģenta zvanu: sūtiet ierakstu par katru zvanu, arī par nenodotajiem. Tad šī lapa teiks, kura zvanītājiem jautā.
fairness-cut = Sekundes un tas, kas pabeidza zvanu, ir no šo dienu jaunākajiem { $n } zvaniem.

# Atrisināts pirmajā reizē: teikts un redzēts
observed-title = Atrisināts pirmajā reizē: ko teica zvanītāji un vai zvanīja vēlreiz
observed-link = Teikts un redzēts
observed-about = Blakus tam, ko zvanītāji teica, redzams, vai viņi { $days } dienu laikā zvanīja vēlreiz: tas pats numurs un tā pati rinda vai tā pati lieta vai klients, jauns ienākošs zvans, uz kuru atbildēja aģents. Cilvēki zvana arī citās lietās, no citiem numuriem vai nezvana, jo ir atmetuši ar roku. Tas ir par centru, komandu vai rindu un neietilpst neviena aģenta vērtējumā.
observed-off-title = Tas ir izslēgts
observed-off = Šeit neskatās, vai zvanītāji zvanīja vēlreiz. To ieslēdz iestatījums „observed_resolution”; no tā brīža par katru saziņu atzīmē, kad tai ir { $days } dienas.
observed-none-title = Pagaidām nav ko rādīt
observed-none = Šajā skatā nav saziņas, kurā jautāts, vai lieta atrisināta, un kas ir vecāka par { $days } dienām.
observed-caption = Saziņas pēc teiktā un redzētā
observed-said = Zvanītāji teica
observed-quiet = Vēlreiz nezvanīja
observed-repeat = Zvanīja vēlreiz
observed-all = Kopā
observed-yes = Atrisināts
observed-no = Nav atrisināts
observed-asked = Atrisināts, kā saka zvanītāji
observed-observed = Atrisināts, jo vairāk nezvanīja
observed-difference = Teikts mīnus redzēts
observed-agreement = Abi saka to pašu
observed-kappa = Saskaņa virs nejaušības (Koena κ)
observed-repeats-yes = Zvanīja vēlreiz no tiem, kas teica „atrisināts”
observed-repeats-no = Zvanīja vēlreiz no tiem, kas teica „nav atrisināts”
observed-left-out = Nav tabulā
observed-called_back = { $n ->
    [zero] { $n } saziņu, kuru zvanītājiem paši atzvanījām
    [one] { $n } saziņa, kuras zvanītājam paši atzvanījām
   *[other] { $n } saziņas, kuru zvanītājiem paši atzvanījām
  }
observed-often = { $n ->
    [zero] { $n } saziņu no numuriem ar vairāk nekā { $most } zvaniem 30 dienās
    [one] { $n } saziņa no numura ar vairāk nekā { $most } zvaniem 30 dienās
   *[other] { $n } saziņas no numuriem ar vairāk nekā { $most } zvaniem 30 dienās
  }
observed-unknown = { $n ->
    [zero] { $n } saziņu bez numura, lietas vai klienta, pēc kā atrast nākamo zvanu
    [one] { $n } saziņa bez numura, lietas vai klienta, pēc kā atrast nākamo zvanu
   *[other] { $n } saziņas bez numura, lietas vai klienta, pēc kā atrast nākamo zvanu
  }
observed-young = { $n ->
    [zero] { $n } saziņu, kurām vēl nav { $days } dienu vai uz kurām nekad nav skatīts
    [one] { $n } saziņa, kurai vēl nav { $days } dienu vai uz kuru nekad nav skatīts
   *[other] { $n } saziņas, kurām vēl nav { $days } dienu vai uz kurām nekad nav skatīts
  }
observed-cut = Nolasītas tikai jaunākās { $n } šī skata intervijas.

# Columns of files
export-response_rate = Atbildētības līmenis
export-response_rate_low = Atbildētības līmenis, 95 % no
export-response_rate_high = Atbildētības līmenis, 95 % līdz
export-reach = Aptvere
export-reach_low = Aptvere, 95 % no
export-reach_high = Aptvere, 95 % līdz
export-coverage = Aptver ieraksti
export-coverage_n = Zināmie zvani

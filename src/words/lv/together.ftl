# Answers read together: gaps, feelings, comparisons, answers that hardly fit.

together-heading = Atbildes kopā
together-link = Atbildes kopā
together-gap = Gaidīts un saņemts
together-gap-of = Aptauja { $survey }, versija { $version }, intervijas ar abām atbildēm: { $n }.
together-gap-meaning = Plaisa ir saņemtais mīnus gaidītais, skalas vienībās: zem nulles zvanītāji saņēma mazāk, nekā gaidīja. Katra intervija vienā dimensijā skaitās vienreiz; intervāls ir Stjūdenta, pēc pašu interviju plaisām. Gaidas, ko visi vērtē visaugstāk, pašas neko nepasaka.
together-gap-none = Neviena aptauja šajā skatā nejautā gan to, ko zvanītāji gaidīja, gan to, ko saņēma. Tam aptaujā vajag divus jautājumus ar vienu skalu: vienu ar measure = "expectation" un otru ar measure = "perception", kura pair nosauc pirmo.
together-gap-few = Interviju vēl par maz, lai rādītu plaisu.
together-gap-summary = Visvairāk no gaidītā atpaliek { $dimension }: { $gap }. Statistiski nozīmīgi mazāk, nekā gaidīts, saņemts { $short } no { $of } dimensijām.
together-dimension = Dimensija
together-scale = Skala
together-expected = Gaidīts
together-found = Saņemts
together-gap-head = Plaisa, 95 % intervāls
together-n = Intervijas
together-cut = Nolasītas tikai jaunākās intervijas: { $n }; to ir vairāk.
together-emotion = Kā zvanītāji jutās
together-emotion-meaning = Bilance ir pozitīvo jūtu īpatsvars mīnus negatīvo, no −100 līdz 100, ar 95 % koriģētu Valda intervālu kā NPS. Īpatsvaru intervāli attiecas uz katru izvēli atsevišķi.
together-emotion-none = Neviena aptauja šajā skatā nejautā, kā zvanītāji jūtas. Tam vajag izvēles jautājumu ar measure = "emotion", kura means par katru taustiņu pasaka, vai tas ir pozitīvs (positive), neitrāls (neutral) vai negatīvs (negative).
together-comparison = Salīdzinājumā ar citiem
together-comparison-meaning = Bilance ir to īpatsvars, kuri saka „labāk”, mīnus to, kuri saka „sliktāk”, no −100 līdz 100, ar 95 % intervālu. Zvanītāji salīdzina ar tiem, ko pazīst: tā nav tirgus daļa.
together-comparison-none = Neviena aptauja šajā skatā nesalīdzina mūs ar citiem. Tam vajag izvēles jautājumu ar measure = "comparison", kura means par katru taustiņu pasaka, vai esam labāki (better), tādi paši (same) vai sliktāki (worse).
together-choice = { $key } · { $means }
together-positive = pozitīvs
together-neutral = neitrāls
together-negative = negatīvs
together-better = labāk
together-same = tāpat
together-worse = sliktāk
together-key = Taustiņš
together-bar = Atbildes
together-callers = Zvanītāji
together-share = Īpatsvars, 95 % intervāls
together-errors = Grūti savienojamas atbildes
together-errors-share = Šādas atbildes ir { $share } no { $n } intervijām ({ $interval }).
together-errors-meaning = Šādas atbildes var būt kļūdas pēc nospiesti taustiņi, otrādi saprasta skala vai tieši tā domāts. Tās atzīmē un saskaita, bet neviena atzīme nemaina vērtējumu: izlaižot zemos vērtējumus, rezultāts mākslīgi celtos.
together-errors-none = Neviena aptauja šajā skatā nejautā divas lietas, kas varētu būt pretrunā, ne arī sešas vienā skalā.
together-errors-show = Rādīt šīs intervijas
together-mark = Kas nesader
together-error-dissatisfied_promoter = Neapmierināts (1 vai 2), bet ieteiktu (9 vai 10)
together-error-unresolved_without_effort = Nav atrisināts, bet pavisam viegli un pilnīgi apmierināts
together-error-straight_lining = Viens un tas pats taustiņš sešos vai vairāk vienas skalas jautājumos
together-error-about = Šīs atbildes grūti savienot. Vērtējumā tās tik un tā ieskaita.
together-filter = ar grūti savienojamām atbildēm

# Answers read together: gaps, feelings, comparisons, answers that hardly fit.

together-heading = Atsakymai kartu
together-link = Atsakymai kartu
together-gap = Tikėtasi ir rasta
together-gap-of = Apklausa { $survey }, versija { $version }, apklausų su abiem atsakymais: { $n }.
together-gap-meaning = Atotrūkis – tai, kas rasta, atėmus tai, ko tikėtasi, skalės vienetais: žemiau nulio skambinantieji rado mažiau, nei tikėjosi. Kiekvienoje dimensijoje apklausa skaičiuojama vieną kartą; intervalas – Stjudento, pagal pačių apklausų atotrūkius. Lūkestis, kurį visi vertina aukščiausiai, savaime nieko nepasako.
together-gap-none = Šiame rodinyje nė viena apklausa neklausia ir ko tikėtasi, ir kas rasta. Tam apklausoje turi būti du tos pačios skalės klausimai: vienas su measure = "expectation", kitas su measure = "perception", kurio pair nurodo pirmąjį.
together-gap-few = Apklausų dar per mažai, kad būtų rodomas atotrūkis.
together-gap-summary = Labiausiai nuo lūkesčių atsilieka { $dimension }: { $gap }. Statistiškai reikšmingai mažiau, nei tikėtasi, rasta { $short } iš { $of } dimensijų.
together-dimension = Dimensija
together-scale = Skalė
together-expected = Tikėtasi
together-found = Rasta
together-gap-head = Atotrūkis, 95 % intervalas
together-n = Apklausos
together-cut = Perskaityta tik naujausių apklausų: { $n }; jų yra daugiau.
together-emotion = Kaip skambinantieji jautėsi
together-emotion-meaning = Balansas – teigiamų jausmų dalis, atėmus neigiamų dalį, nuo −100 iki 100, su 95 % pakoreguotu Waldo intervalu, kaip NPS. Dalių intervalai galioja kiekvienam pasirinkimui atskirai.
together-emotion-none = Šiame rodinyje nė viena apklausa neklausia, kaip skambinantieji jaučiasi. Tam reikia pasirinkimo klausimo su measure = "emotion", kurio means nurodo, ar kiekvienas klavišas reiškia teigiamą (positive), neutralų (neutral) ar neigiamą (negative) jausmą.
together-comparison = Palyginti su kitais
together-comparison-meaning = Balansas – sakančiųjų „geriau“ dalis, atėmus sakančiųjų „blogiau“ dalį, nuo −100 iki 100, su 95 % intervalu. Skambinantieji lygina su tais, kuriuos pažįsta: tai ne rinkos dalis.
together-comparison-none = Šiame rodinyje nė viena apklausa nelygina mūsų su kitais. Tam reikia pasirinkimo klausimo su measure = "comparison", kurio means nurodo, ar kiekvienas klavišas reiškia, kad esame geresni (better), tokie pat (same) ar blogesni (worse).
together-choice = { $key } · { $means }
together-positive = teigiamas
together-neutral = neutralus
together-negative = neigiamas
together-better = geriau
together-same = taip pat
together-worse = blogiau
together-key = Klavišas
together-bar = Atsakymai
together-callers = Skambintojai
together-share = Dalis, 95 % intervalas
together-errors = Sunkiai suderinami atsakymai
together-errors-share = Tokių atsakymų turi { $share } iš { $n } apklausų ({ $interval }).
together-errors-meaning = Tokie atsakymai gali būti per klaidą paspausti klavišai, apversta skalė arba tikra nuomonė. Jie pažymimi ir suskaičiuojami, bet joks ženklas nekeičia įvertinimo: pašalinus žemus įvertinimus, rezultatas dirbtinai pakiltų.
together-errors-none = Šiame rodinyje nė viena apklausa neklausia dviejų dalykų, kurie galėtų prieštarauti vienas kitam, nei šešių toje pačioje skalėje.
together-errors-show = Rodyti šias apklausas
together-mark = Kas nedera
together-error-dissatisfied_promoter = Nepatenkintas (1 arba 2), bet rekomenduotų (9 arba 10)
together-error-unresolved_without_effort = Neišspręsta, bet jokių pastangų ir visiškai patenkintas
together-error-straight_lining = Tas pats klavišas šešiuose ar daugiau tos pačios skalės klausimų
together-error-about = Šie atsakymai sunkiai dera tarpusavyje. Į įvertinimą jie vis tiek įskaičiuojami.
together-filter = su sunkiai suderinamais atsakymais

# Anonīmās aptaujas un īsākais laiks, par kuru rāda viena darbinieka rādītājus.

fault-anonymous-survey = Šī aptauja ir anonīma: tajā nav darbinieku, atsevišķu interviju, komentāru vai nedēļu, tikai pilnu mēnešu rādītāji grupām ar vismaz 8 atbildēm.
fault-anonymous-months = Šī aptauja ir anonīma, un to rāda pa pilniem kalendārajiem mēnešiem, kas beigušies vismaz pirms dienas. Izvēlieties tādus mēnešus, piemēram, iepriekšējo.
fault-anonymous-too-few = Šī aptauja ir anonīma, un šis skats parādītu vai ļautu izrēķināt, ko atbildējuši mazāk nekā 8 zvanītāji. Noņemiet filtrus vai izvēlieties vairāk mēnešu.
filter-anonymous = Anonīmās aptaujas neietilpst visu aptauju rādītājos. Lai kādu redzētu, izvēlieties to kopā ar pilniem mēnešiem: { $names }.
survey-anonymous = anonīma
survey-anonymous-about = Šī aptauja ir anonīma. Pie atbildēm neglabā ne darbinieku, ne zvanu, ne zvanītāju, nevienam nepiedāvā atzvanīt, nav atsevišķu interviju, brīdinājumu vai tīmekļa aizķeru. Rādītājus rāda pa pilniem mēnešiem, kas beigušies, grupām ar vismaz 8 atbildēm; cik cilvēku jautāti, nerāda.
fault-people-finest-week = Atsevišķu darbinieku rādītājus šeit rāda par pilnām nedēļām, kas beigušās, no pirmdienas līdz svētdienai. Izvēlieties tādas nedēļas, piemēram, iepriekšējo.
fault-people-finest-month = Atsevišķu darbinieku rādītājus šeit rāda par pilniem kalendārajiem mēnešiem, kas beigušies. Izvēlieties tādus mēnešus, piemēram, iepriekšējo.
shown-people-finest = Īsākais laiks, par kuru rāda viena darbinieka rādītājus
shown-finest-day = diena
shown-finest-week = pilnas nedēļas
shown-finest-month = pilni mēneši
me-about-months = Ko atbildēja jūsu zvanītāji, pa pilniem mēnešiem. Atsevišķus zvanus šeit nevienam nerāda.
me-nothing-about-months = Mēnesi rāda, kad tas beidzies un atbildējuši vismaz tik daudzi zvanītāji: { $n }.
me-months = Mēnesis pēc mēneša
me-month = Mēnesis

# Figures beside the raw score: reviewed, weighted; and how reviewers mark.

agents-reviewed = Pēc pārskatīšanas
agents-reviewed-meaning = Tas pats bez atbildēm, kas atzīmētas kā no aģenta neatkarīgas; zem tā – cik atlicis un kāda daļa atzīmēta. Salīdzinājumos, mērķos un brīdinājumos izmanto visu atbilžu vērtējumu
agents-reviewed-sub = n = { $n } · atzīmēti { $share } %
agent-beside-reviewed = Bez atbildēm, kas atzīmētas kā no aģenta neatkarīgas: { $score }, n = { $n }; atzīmētas { $marked } no { $all } ({ $share } %)
export-reviewed_n = pēc pārskatīšanas, n
export-reviewed_score = vērtējums pēc pārskatīšanas
export-reviewed_low = pēc pārskatīšanas, 95 % no
export-reviewed_high = pēc pārskatīšanas, 95 % līdz
export-marked = atzīmētas kā no aģenta neatkarīgas
export-marked_share = atzīmētā daļa
shown-review-own = Vērtētāji drīkst atzīmēt savu komandu atbildes
shown-observed = Tiek atzīmēts, vai zvanītāji septiņu dienu laikā zvana vēlreiz
settings-reviews = Vērtētāji
reviews-about = Cik bieži katrs vērtētājs zemus (1 un 2 no 5) un augstus (4 un 5) vērtējumus atzīmē kā no aģenta neatkarīgus. Tas, kas no aģenta nav atkarīgs, zvanītājus tiešām apbēdina, tāpēc zināma starpība ir sagaidāma: salīdziniet vērtētājus savā starpā. Ja atzīmē tikai zemus vērtējumus, ceļas vienīgi pārskatītais vērtējums; pats vērtējums nemainās.
reviews-seen = Šī laikposma atbildes skalās no 1 līdz 5: zemas { $low }, augstas { $high }
reviews-none = Šajā laikposmā neviens nav atzīmējis nevienu atbildi
reviews-reviewer = Vērtētājs
reviews-low = Atzīmēti zemie vērtējumi
reviews-high = Atzīmēti augstie vērtējumi
reviews-difference = Starpība procentpunktos, 95 % intervāls
reviews-ratio = Cik reižu biežāk
reviews-marked-n = { $n } no { $of }
reviews-low-only = tikai zemi vērtējumi ({ $n })
weighted-line = Svērts pēc zvaniem: { $score } ({ $interval })
weighted-about = Šajā laikposmā tika jautāts tikai izlasei (nejautāja { $out } no { $all }). Ja aģentu un rindu izlases daļas atšķiras, vienkāršais īpatsvars vairāk stāsta par tiem, kam jautāts biežāk; svērtais katru aģentu, rindu un dienu skaita pēc zvaniem, jautātiem un nejautātiem.

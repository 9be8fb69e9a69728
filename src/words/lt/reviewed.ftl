# Figures beside the raw score: reviewed, weighted; and how reviewers mark.

agents-reviewed = Po peržiūros
agents-reviewed-meaning = Tas pats be atsakymų, pažymėtų kaip nepriklausantys nuo agento; žemiau – kiek jų liko ir kokia dalis pažymėta. Palyginimams, tikslams ir įspėjimams naudojamas visų atsakymų įvertinimas
agents-reviewed-sub = n = { $n } · pažymėta { $share } %
agent-beside-reviewed = Be atsakymų, pažymėtų kaip nepriklausantys nuo agento: { $score }, n = { $n }; pažymėta { $marked } iš { $all } ({ $share } %)
export-reviewed_n = po peržiūros, n
export-reviewed_score = įvertinimas po peržiūros
export-reviewed_low = po peržiūros, 95 % nuo
export-reviewed_high = po peržiūros, 95 % iki
export-marked = pažymėta kaip nepriklausantys nuo agento
export-marked_share = pažymėta dalis
shown-review-own = Vertintojai gali žymėti savo komandų atsakymus
shown-observed = Žymima, ar skambinusieji per septynias dienas skambina vėl
settings-reviews = Vertintojai
reviews-about = Kaip dažnai kiekvienas vertintojas pažymi žemus (1 ir 2 iš 5) ir aukštus (4 ir 5) įvertinimus kaip nepriklausančius nuo agento. Tai, kas nuo agento nepriklauso, skambinančiuosius išties nuvilia, todėl šioks toks skirtumas tikėtinas: lyginkite vertintojus tarpusavyje. Žymint vien žemus įvertinimus, pakyla tik įvertinimas po peržiūros; pats įvertinimas nesikeičia.
reviews-seen = Šio laikotarpio atsakymai skalėse nuo 1 iki 5: žemų { $low }, aukštų { $high }
reviews-none = Šiuo laikotarpiu niekas nepažymėjo nė vieno atsakymo
reviews-reviewer = Vertintojas
reviews-low = Pažymėta žemų įvertinimų
reviews-high = Pažymėta aukštų įvertinimų
reviews-difference = Skirtumas procentiniais punktais, 95 % intervalas
reviews-ratio = Kiek kartų dažniau
reviews-marked-n = { $n } iš { $of }
reviews-low-only = tik žemi įvertinimai ({ $n })
weighted-line = Pasverta pagal skambučius: { $score } ({ $interval })
weighted-about = Šiuo laikotarpiu buvo klausiama tik imties skambintojų (neklausta { $out } iš { $all }). Kai agentų ir eilių imties dalys skiriasi, paprasta dalis daugiau sako apie tuos, kurių klausta dažniau; pasverta dalis kiekvieną agentą, eilę ir dieną skaičiuoja pagal skambučius, klaustus ir neklaustus.

# Figures beside the raw score: reviewed, weighted; and how reviewers mark.

agents-reviewed = Po przeglądzie
agents-reviewed-meaning = To samo bez odpowiedzi oznaczonych jako niezależne od agenta; poniżej ile zostało i jaka część jest oznaczona. Porównania, cele i alerty korzystają z wyniku wszystkich odpowiedzi
agents-reviewed-sub = n = { $n } · oznaczono { $share } %
agent-beside-reviewed = Bez odpowiedzi oznaczonych jako niezależne od agenta: { $score }, n = { $n }; oznaczono { $marked } z { $all } ({ $share } %)
export-reviewed_n = po przeglądzie, n
export-reviewed_score = wynik po przeglądzie
export-reviewed_low = po przeglądzie, 95 % od
export-reviewed_high = po przeglądzie, 95 % do
export-marked = oznaczone jako niezależne od agenta
export-marked_share = część oznaczonych
shown-review-own = Kontrolerzy mogą oznaczać odpowiedzi własnych zespołów
shown-observed = Odnotowuje się, czy dzwoniący dzwonią znowu w ciągu siedmiu dni
settings-reviews = Kontrolerzy
reviews-about = Jak często każdy kontroler oznacza niskie oceny (1 i 2 z 5) i wysokie (4 i 5) jako niezależne od agenta. To, co od agenta nie zależy, naprawdę zraża dzwoniących, więc pewnej różnicy należy się spodziewać: proszę porównywać kontrolerów między sobą. Oznaczanie samych niskich ocen podnosi tylko wynik po przeglądzie; sam wynik się nie zmienia.
reviews-seen = Odpowiedzi w tym okresie na skalach od 1 do 5: niskie { $low }, wysokie { $high }
reviews-none = W tym okresie nikt nie oznaczył żadnej odpowiedzi
reviews-reviewer = Kontroler
reviews-low = Oznaczone niskie oceny
reviews-high = Oznaczone wysokie oceny
reviews-difference = Różnica w punktach procentowych, przedział 95 %
reviews-ratio = Ile razy częściej
reviews-marked-n = { $n } z { $of }
reviews-low-only = tylko niskie oceny ({ $n })
weighted-line = Ważone liczbą rozmów: { $score } ({ $interval })
weighted-about = W tym okresie pytano tylko próbę rozmów (pominięto { $out } z { $all }). Gdy agentów i kolejki losowano w różnych częściach, zwykły odsetek więcej mówi o tych, których pytano częściej; ważony liczy każdego agenta, kolejkę i dzień według jego rozmów, pytanych i niepytanych.

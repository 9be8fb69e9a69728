# Answers read together: gaps, feelings, comparisons, answers that hardly fit.

together-heading = Odpowiedzi razem
together-link = Odpowiedzi razem
together-gap = Oczekiwania i doświadczenia
together-gap-of = Ankieta { $survey }, wersja { $version }, wywiady z obiema odpowiedziami: { $n }.
together-gap-meaning = Luka to doświadczenie minus oczekiwanie, w jednostkach skali: poniżej zera dzwoniący zastali mniej, niż oczekiwali. Każdy wywiad liczy się w wymiarze raz; przedział to przedział Studenta z luk poszczególnych wywiadów. Oczekiwanie, które wszyscy oceniają najwyżej, samo nic nie mówi.
together-gap-none = Żadna ankieta w tym widoku nie pyta i o oczekiwania, i o doświadczenia. Robi to ankieta z dwoma pytaniami na tej samej skali: jednym z measure = "expectation" i drugim z measure = "perception", którego pair wskazuje pierwsze.
together-gap-few = Jeszcze za mało wywiadów, by pokazać lukę.
together-gap-summary = Najbardziej od oczekiwań odstaje { $dimension }: { $gap }. Istotnie statystycznie mniej, niż oczekiwano, zastano w { $short } z { $of } wymiarów.
together-dimension = Wymiar
together-scale = Skala
together-expected = Oczekiwane
together-found = Zastane
together-gap-head = Luka, przedział 95 %
together-n = Wywiady
together-cut = Odczytano tylko najnowsze wywiady: { $n }; jest ich więcej.
together-emotion = Jak czuli się dzwoniący
together-emotion-meaning = Bilans to odsetek uczuć pozytywnych minus odsetek negatywnych, od −100 do 100, z 95 % skorygowanym przedziałem Walda, jak dla NPS. Przedziały odsetków dotyczą każdego wyboru z osobna.
together-emotion-none = Żadna ankieta w tym widoku nie pyta, jak czują się dzwoniący. Robi to pytanie wyboru z measure = "emotion", którego means mówi o każdym klawiszu, czy jest pozytywny (positive), neutralny (neutral) czy negatywny (negative).
together-comparison = W porównaniu z innymi
together-comparison-meaning = Bilans to odsetek mówiących „lepiej” minus odsetek mówiących „gorzej”, od −100 do 100, z przedziałem 95 %. Dzwoniący porównują z tymi, których znają: to nie jest udział w rynku.
together-comparison-none = Żadna ankieta w tym widoku nie porównuje nas z innymi. Robi to pytanie wyboru z measure = "comparison", którego means mówi o każdym klawiszu, czy jesteśmy lepsi (better), tacy sami (same) czy gorsi (worse).
together-choice = { $key } · { $means }
together-positive = pozytywne
together-neutral = neutralne
together-negative = negatywne
together-better = lepiej
together-same = tak samo
together-worse = gorzej
together-key = Klawisz
together-bar = Odpowiedzi
together-callers = Dzwoniący
together-share = Odsetek, przedział 95 %
together-errors = Odpowiedzi trudne do pogodzenia
together-errors-share = Takie odpowiedzi ma { $share } z { $n } wywiadów ({ $interval }).
together-errors-meaning = Takie odpowiedzi mogą być pomyłką, odwróceniem skali albo szczerą opinią. Są oznaczane i liczone, ale żaden znak nie zmienia wyniku: pomijanie niskich ocen sztucznie podniosłoby wynik.
together-errors-none = Żadna ankieta w tym widoku nie pyta o dwie rzeczy, które mogłyby sobie przeczyć, ani o sześć na jednej skali.
together-errors-show = Pokaż te wywiady
together-mark = Co nie pasuje
together-error-dissatisfied_promoter = Niezadowolony (1 lub 2), a jednak poleciłby (9 lub 10)
together-error-unresolved_without_effort = Nie rozwiązano, a jednak bez wysiłku i w pełni zadowolony
together-error-straight_lining = Ten sam klawisz w sześciu lub więcej pytaniach jednej skali
together-error-about = Te odpowiedzi trudno pogodzić. W wyniku i tak się liczą.
together-filter = z odpowiedziami trudnymi do pogodzenia

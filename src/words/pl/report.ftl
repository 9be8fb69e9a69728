# Wskaźniki, filtry i strony agentów.

# Jak wskaźniki nazywają się w tabelach
measure-csat = Zadowoleni
measure-nps = Poleciliby
measure-ces = Było łatwo
measure-fcr = Rozwiązano
about-agent = agent, który ich obsłużył
about-resolution = sposób załatwienia sprawy
about-company = firma
about-product = produkty i usługi firmy
about-waiting = czas oczekiwania
meaning-scale = { $measure }: odsetek dzwoniących, którzy wybrali { $keys } (skala { $scale }); temat pytania: { $about }
meaning-nps = Odsetek ocen 9 i 10 pomniejszony o odsetek ocen od 0 do 6; temat pytania: { $about }
meaning-yes = { $measure }: odsetek dzwoniących, którzy odpowiedzieli „tak”; temat pytania: { $about }
meaning-no = { $measure }: odsetek dzwoniących, którzy odpowiedzieli „nie”; temat pytania: { $about }
meaning-choice = Co wybrali dzwoniący; temat pytania: { $about }
answer-yes = tak
answer-no = nie
interval-of = 95 % przedział ufności
interval-to = od { $low } do { $high }
too-few = za mało (n = { $n } z { $needed })
no-answers = brak odpowiedzi
not-asked = nie pytano
spoken-score = { $name } { $score }, 95 % przedział ufności od { $low } do { $high }, n = { $n }
spoken-few = { $name }: za mało odpowiedzi (n = { $n }), 95 % przedział ufności od { $low } do { $high }
spoken-none = { $name }: brak odpowiedzi
spoken-part = { $value }: odpowiedzi { $n } z { $all }, { $share } %

# Filtry
filter-label = Zakres danych
filter-period = Okres
filter-from = Od
filter-to = Do
filter-team = Zespół
filter-queue = Kolejka
filter-survey = Ankieta
filter-version = Wersja
filter-question = Pytanie
filter-language = Język
filter-channel = Kanał
filter-agent = Agent
filter-least = Minimalna liczba odpowiedzi
filter-all = Wszystkie
filter-more = Więcej filtrów
filter-show = Pokaż
filter-only = Tylko: { $what }
filter-clear = Wyczyść wszystkie filtry
filter-day-span = od { $from } do { $to }
filter-filling = dzisiejsze dane jeszcze spływają
period-7d = Ostatnie 7 dni
period-30d = Ostatnie 30 dni
period-90d = Ostatnie 90 dni
period-last-week = Poprzedni tydzień
period-month = Ten miesiąc
period-last-month = Poprzedni miesiąc
period-last-quarter = Poprzedni kwartał
period-12-months = Ostatnie 12 miesięcy
period-own = Własny zakres dat

# Czego nie można pokazać
fault-missing-title = Nic tu nie ma
fault-missing = Nie ma takiej strony, agenta ani wywiadu.
fault-token-title = Brak uprawnień dla tego tokenu
fault-token = Ten token służy do wysyłania rekordów i nie daje dostępu do danych o osobach.
fault-asked-title = Nie można tego pokazać
fault-no-text = Żaden tekst nie zawiera znaku NUL (w adresie %00).
fault-away-title = Chwilowo niedostępne
fault-away = Baza danych nie odpowiada. Połączenia są w tym czasie nadal obsługiwane; spróbuj ponownie za minutę.
fault-ours-title = Coś poszło nie tak
fault-ours = Nie udało się utworzyć strony; szczegóły są w dzienniku.
fault-back = Do przeglądu
fault-again = Wybierz ponownie poniżej lub
fault-again-link = pokaż stronę bez filtrów

# Agenci
agents-title = Agenci
agents-heading = Zadowolenie dzwoniących według agentów
agents-mean = Średnia
agents-mean-meaning = Średnia wybranych klawiszy wraz z jej 95 % przedziałem ufności
agents-offered = Zaproponowano
agents-offered-meaning = Ilu dzwoniącym zaproponowano ankietę i ilu z nich zaczęło odpowiadać
agents-started-n = rozpoczęło: { $n }
agents-rate = Odsetek odpowiadających
agents-rate-meaning = Wywiady pełne i częściowe jako odsetek zaproponowanych
agents-caption = Agenci
agents-caption-note = Linia przecinająca słupek to 95 % przedział ufności: zakres, w którym przy tej liczbie odpowiedzi może leżeć prawdziwy odsetek agenta.
agents-column = Agent
agents-few = Na razie za mało odpowiedzi (mniej niż { $needed }): { $name }
agents-started = Rozpoczęto
agents-started-meaning = Wywiady z co najmniej jedną odpowiedzią wśród wszystkich zaproponowanych
agents-of-offered = zaproponowano: { $n }
agents-rate-note = pełne i częściowe: { $n } z { $of }
agents-nobody-offered = nikomu nie zaproponowano ankiety
agents-nobody-answered = w tym widoku nikt nie odpowiedział
agents-unlinked = Niepowiązane
agents-unlinked-meaning = Wywiady, które nie są zaliczone żadnemu agentowi, ponieważ nie wskazuje go ani przekazanie rozmowy, ani rekord połączenia
agents-all-linked = każdy wywiad ma swojego agenta
agents-no-agent = agent nieznany
agents-show-them = Pokaż je
agents-none-title = W tym widoku nikogo nie pytano
agents-none = Są wywiady, ale żaden nie odpowiada wybranym dniom i filtrom. Wybierz dłuższy okres albo wszystkie zespoły, kolejki, ankiety i języki.
agents-empty-title = Nie ma jeszcze połączeń
agents-empty = Gdy tylko odpowie pierwszy dzwoniący, jego odpowiedzi pojawią się tutaj przy agencie, który go obsłużył. Aby zadzwonić samodzielnie, bez żadnego telefonu:
agents-empty-phone = Zadzwoń z telefonu na tej stronie
agents-empty-or = Możesz też skierować swoją platformę telefoniczną na adres opisany w pliku README:
agents-how = Jak czytać te liczby
agents-how-interval = 95 % przedział ufności: im mniej odpowiedzi, tym szerszy. Dwóch agentów, których przedziały w dużej części się pokrywają, nie da się na podstawie tych odpowiedzi odróżnić. Odsetki liczone są metodą Wilsona, średnie – Studenta, a wskaźnik rekomendacji netto (NPS) – skorygowaną metodą Walda.
agents-how-few = Za mało: przy tak małej liczbie odpowiedzi wynik mówi więcej o przypadku niż o agencie, dlatego rysowany jest tylko przedział. Minimalna liczba odpowiedzi: dla odsetka lub średniej – { $min }, dla wskaźnika rekomendacji netto (NPS) – { $nps }.
agents-how-verdict = O wyniku powyżej lub poniżej oczekiwanego poziomu mówimy tylko wtedy, gdy różnica względem ogólnego wyniku tych samych kolejek i języków jest istotna statystycznie, czyli nie da się jej wyjaśnić przypadkiem także po uwzględnieniu liczby ocenianych agentów, i jest na tyle duża, by miała znaczenie. Dotyczy to wyłącznie pełnych tygodni, miesięcy i kwartałów oraz odpowiedzi telefonicznych, a wniosek jest taki sam bez względu na to, kto patrzy i jakie filtry są włączone.
agents-how-rank = Pozycja w rankingu: miejsca, które agent może zajmować. Zakresy wszystkich agentów obowiązują łącznie na poziomie ufności 95 %.
agents-how-whole = Agent, który zmienił zespół, ma osobny wiersz dla każdego zespołu. W liczbach całego centrum każdy wywiad liczy się raz; nie są one sumą wierszy. Wersja definicji: { $definitions }.
agents-expected = Wynik oczekiwany
agents-expected-meaning = Ogólny wynik tych samych kolejek i języków, bez tego agenta
agents-verdict = Porównanie
agents-verdict-meaning = Czy różnica względem oczekiwanego poziomu to coś więcej niż przypadek
agents-rank = Pozycja w rankingu
agents-rank-meaning = Między którymi miejscami może znajdować się agent; poziom ufności 95 % dla wszystkich agentów łącznie
agents-rank-of = z { $n }
agents-trend = 12 tygodni
agents-trend-meaning = Ostatnie dwanaście tygodni, po jednym punkcie dla każdego, w którym jest co najmniej 5 odpowiedzi
agents-trend-label = Ostatnie dwanaście tygodni: { $weeks }
agents-free-period = Porównania obejmują pełne tygodnie, miesiące i kwartały. Wybrane daty nie są żadnym z nich, dlatego widać przedziały, a nikt nie jest porównywany.
agents-free-filter = Porównania obejmują wszystkie odpowiedzi telefoniczne dotyczące agenta. Przy tych filtrach widać przedziały, a nikt nie jest porównywany.
agents-shared = W tym widoku jedna ankieta może liczyć się każdemu konsultantowi swojej rozmowy: ich liczby nie są od siebie niezależne.
agents-several-surveys = Porównania dotyczą jednej ankiety. Wybierz ankietę, aby je zobaczyć.
agents-columns-all = Pokaż wszystkie kolumny
agents-columns-fewer = Pokaż mniej kolumn
agents-view-table = Tabela
agents-view-funnel = Wykres lejkowy
agents-view-compare = Porównanie dwóch
agents-funnel-title = Agenci według liczby odpowiedzi
agents-funnel-note = Każdy punkt to agent: liczba odpowiedzi oraz wynik po korekcie ze względu na kolejki i języki. Między wewnętrznymi granicami kontrolnymi mieści się 95 % agentów, jeśli wszyscy są jednakowi, a między zewnętrznymi – 99,8 %. O tym, kto jest powyżej lub poniżej oczekiwanego poziomu, mówi tylko kolor.
agents-funnel-wide = Te granice są zbyt wąskie (φ = { $phi }): kolejki lub dzwoniący różnią się czymś więcej, niż uwzględnia korekta.
agents-funnel-even = φ = { $phi }
agents-funnel-needs = Wykres lejkowy wymaga pełnego tygodnia, miesiąca lub kwartału oraz wskaźnika ankiety z wystarczającą liczbą odpowiedzi.
agents-compare-title = Porównanie obok siebie
agents-compare-one = Pierwszy
agents-compare-other = Drugi
agents-compare-measure = Wskaźnik
agents-compare-difference = Różnica
agents-compare-agents = Dwóch agentów w tym okresie
agents-compare-periods = Dwa okresy
agents-compare-days = Dni do porównania
agents-compare-this = Ten okres
agents-compare-before = Inne dni
agents-compare-chance = Tych dwóch wybrano ręcznie; wśród wielu takich par niektóre różnią się przypadkowo. Porównanie z oczekiwanym poziomem w tabeli bierze to pod uwagę.
verdict-above = powyżej oczekiwanego poziomu
verdict-as_expected = zgodnie z oczekiwanym poziomem
verdict-below = poniżej oczekiwanego poziomu
verdict-too_few = za mało odpowiedzi do porównania
change-up = wzrost względem poprzedniego okresu: { $difference } ({ $interval })
change-down = spadek względem poprzedniego okresu: { $difference } ({ $interval })
change-none = bez zmian istotnych statystycznie: { $difference } ({ $interval })
target = Cel

# Jeden agent
agent-crumb = Agenci
agent-in-team = Zespół: { $team }
agent-no-team = zespół nieznany
agent-none-title = Brak wywiadów w tym widoku
agent-none = W wybranych dniach i przy tych filtrach nie pytano nikogo z dzwoniących obsłużonych przez tego agenta.
agent-funnel-offered = Zaproponowano
agent-funnel-started = Rozpoczęto
agent-funnel-complete = Ukończono
agent-funnel-partial = Częściowo
agent-funnel-break_off = Przerwano
agent-funnel-refusal = Odmówiono
agent-funnel-no_contact = Brak kontaktu
agent-funnel-failed = Nie udało się
agent-about-us = Co dzwoniący powiedzieli o nas
agent-about-us-note = Nie o agencie: o firmie, jej produktach i usługach oraz o oczekiwaniu na połączenie.
agent-interviews-n = Wywiady ({ $n })
agent-only-answer = Tylko wywiady z odpowiedzią: { $answer }.
agent-only-answered = Tylko wywiady z odpowiedzią na: { $measure }.
agent-show-all = Pokaż wszystkie
agent-keys-label = Odpowiedzi według klawiszy; każda liczba prowadzi do swoich wywiadów
agent-key-link = Wywiady z odpowiedzią { $value }:
agent-mean-is = średnia { $mean }
agent-mean-interval = średnia { $mean }, 95 % przedział ufności { $interval }
agent-response = usłyszało: { $n }, z tego odpowiedziało: { $share } ({ $interval })
agent-expected = Wynik oczekiwany dla tych kolejek i języków: { $score }
agent-difference = { $verdict }; różnica po odjęciu wpływu przypadku: { $difference }
agent-rank = pozycja w rankingu od { $low } do { $high } z { $of }
agent-drivers = Co w zespole { $team } idzie w parze z zadowoleniem
agent-drivers-note = Na podstawie wszystkich ankiet zespołu. „Idzie w parze” nie znaczy „powoduje”.
agent-drivers-all = Wszystko na wykresie
agent-driver = znaczenie { $importance } (od { $low } do { $high }); zadowoleni { $satisfied } ({ $interval }), n = { $n }
agent-comments = Komentarze, których warto posłuchać
agent-comments-all = Wszystkie ankiety z komentarzem

# Wskaźniki w czasie
trend-title = { $measure }: tydzień po tygodniu
trend-note = Tygodnie z małą liczbą odpowiedzi są połączone. Linie przerywane to granice kontrolne odległe o trzy sigma od tego, co było typowe w poprzednich 26 tygodniach. Punkt poza nimi albo osiem kolejnych po jednej stronie to powód, by się przyjrzeć, a nie ocena.
trend-short = Tygodnie z małą liczbą odpowiedzi są połączone. Granice kontrolne wymagają co najmniej 12 punktów przed wybranymi dniami; tylu jeszcze nie ma.
trend-signals = { $n ->
    [0] Nic nietypowego.
    [one] Jeden nietypowy punkt.
    [few] { $n } nietypowe punkty.
    [many] { $n } nietypowych punktów.
   *[other] { $n } nietypowego punktu.
}
trend-week = Dni
trend-score = Wynik
trend-n = Odpowiedzi
trend-limits = Typowe wcześniej
trend-signal = Sygnał
trend-signal-beyond = poza granicami kontrolnymi
trend-signal-run = osiem lub więcej kolejnych po jednej stronie

# Przegląd
overview-heading = Zadowolenie dzwoniących
overview-before = w porównaniu z okresem { $days }
overview-to-agents = Wyniki agentów
overview-waiting = Do zrobienia
overview-unsaved = { $n ->
    [one] Jedna odpowiedź czeka na dysku serwera, aż przyjmie ją baza danych: nie ma jej jeszcze w żadnej liczbie
    [few] { $n } odpowiedzi czekają na dysku serwera, aż przyjmie je baza danych: nie ma ich jeszcze w żadnej liczbie
    [many] { $n } odpowiedzi czeka na dysku serwera, aż przyjmie je baza danych: nie ma ich jeszcze w żadnej liczbie
   *[other] { $n } odpowiedzi czeka na dysku serwera, aż przyjmie je baza danych: nie ma ich jeszcze w żadnej liczbie
}
overview-unlinked = { $n ->
    [one] Jeden wywiad nie jest zaliczony żadnemu agentowi: zobacz go i powiąż
    [few] { $n } wywiady nie są zaliczone żadnemu agentowi: zobacz je i powiąż
    [many] { $n } wywiadów nie jest zaliczonych żadnemu agentowi: zobacz je i powiąż
   *[other] { $n } wywiadu nie jest zaliczone żadnemu agentowi: zobacz je i powiąż
}
overview-cases = { $n ->
    [one] Jedna otwarta sprawa: zobacz, kim trzeba się jeszcze zająć
    [few] { $n } otwarte sprawy: zobacz, kim trzeba się jeszcze zająć
   *[other] { $n } otwartych spraw: zobacz, kim trzeba się jeszcze zająć
}
overview-response = Wskaźnik odpowiedzi
overview-response-meaning = Wywiady pełne i częściowe jako odsetek wszystkich połączeń, w których można było zapytać
overview-changed-most = Co zmieniło się najbardziej
overview-changed-note = Zespoły, kolejki i języki, których wskaźniki zmieniły się w sposób istotny statystycznie, po uwzględnieniu wszystkich porównanych (łącznie { $n }).
overview-nothing = Brak zmian istotnych statystycznie; liczba porównanych wskaźników zespołów, kolejek i języków: { $n }.
overview-changed = { $difference } ({ $interval }): teraz { $now } (n = { $n }), wcześniej { $before } (n = { $nbefore })

channel-phone = Telefon
agents-views = Widoki
agents-pages = Strony tabeli
lang-ar = Arabski
lang-bg = Bułgarski
lang-cs = Czeski
lang-da = Duński
lang-de = Niemiecki
lang-el = Grecki
lang-en = Angielski
lang-es = Hiszpański
lang-et = Estoński
lang-fi = Fiński
lang-fr = Francuski
lang-hi = Hindi
lang-hr = Chorwacki
lang-hu = Węgierski
lang-it = Włoski
lang-lt = Litewski
lang-lv = Łotewski
lang-nl = Niderlandzki
lang-no = Norweski
lang-pl = Polski
lang-pt = Portugalski
lang-ro = Rumuński
lang-ru = Rosyjski
lang-sk = Słowacki
lang-sl = Słoweński
lang-sv = Szwedzki
lang-ta = Tamilski
lang-tr = Turecki
lang-uk = Ukraiński
agents-adjusted = Po korekcie
agents-funnel-none = Brak wykresu lejkowego dla tego widoku
compare-unknown = w tym widoku nie ma wywiadów agenta „{ $code }”
compare-chance = różnica nieistotna statystycznie

# Kolejki, zespoły, języki
queues-heading = Wyniki centrum w podziale na części
queues-split = Podział według
queues-by-queue = Według kolejki
queues-by-team = Według zespołu w chwili rozmowy
queues-by-language = Według języka
queues-by-channel = Według kanału
queues-note = Każdy wywiad liczy się raz. Kolejki i języki różnią się dzwoniącymi i sprawami, dlatego te wskaźniki nie służą do porównywania ludzi.
queues-part = Część
queues-none = brak danych
queues-whole = Łącznie

# Pytania
questions-heading = O co pytano i jak odpowiadano
questions-version = wersja { $version }
questions-since = po raz pierwszy zadano { $day }
questions-series = seria { $series }
questions-heard = { $n ->
    [one] Usłyszał je jeden dzwoniący
    [few] Usłyszało je { $n } dzwoniących
    [many] Usłyszało je { $n } dzwoniących
   *[other] Usłyszało je { $n } dzwoniącego
}
questions-answered = Z nich odpowiedziało { $share } ({ $interval })
questions-skipped = Pominęło: { $n }
questions-no-input = Nic nie wybrało: { $n }
questions-no-match = Wybrało tylko inne klawisze: { $n }
questions-left = Rozłączyło się w trakcie pytania: { $n }
questions-not-counted = nie jest liczone
questions-words = Treść pytania
questions-drop-title = Kiedy dzwoniący się rozłączali: { $asks }
questions-drop-note = { $n ->
    [one] Jeden dzwoniący rozłączył się w trakcie tego pytania; podział według sekund od początku pytania.
    [few] { $n } dzwoniących rozłączyło się w trakcie tego pytania; podział według sekund od początku pytania.
    [many] { $n } dzwoniących rozłączyło się w trakcie tego pytania; podział według sekund od początku pytania.
   *[other] { $n } dzwoniącego rozłączyło się w trakcie tego pytania; podział według sekund od początku pytania.
}
questions-drop-tip = Rozłączyło się: { $n }, sekunda: { $second }
questions-second = Sekundy od początku pytania
questions-callers = Dzwoniący, którzy się rozłączyli

# Co wiąże się z zadowoleniem
drivers-heading = Co wiąże się z zadowoleniem
drivers-link = Co wiąże się z zadowoleniem
drivers-note = Im wyżej, tym ściślej ogólna odpowiedź dzwoniących wiąże się z tą odpowiedzią; im dalej w prawo, tym więcej dzwoniących jest z tego zadowolonych. Najpierw warto spojrzeć w lewy górny róg. „Wiąże się” nie znaczy „powoduje”.
drivers-none = Na razie nie ma czego pokazać
drivers-not-asked = Żadna ankieta w tym widoku nie pyta jednocześnie o ogólne zadowolenie i o coś, co mogłoby się z nim wiązać.
drivers-too-few = Pełne wywiady: { $n }; potrzeba: { $needed }.
drivers-constant = Wszyscy dzwoniący odpowiedzieli tak samo, więc nic nie może się z tym wiązać.
drivers-of = Ankieta { $survey }, wersja { $version }, pełne wywiady: { $n }. Wszystko to razem wyjaśnia { $share } % różnic w odpowiedzi ogólnej.
drivers-cut = Odczytano tylko najnowsze wywiady: { $n }.
drivers-attribute = O co pytano
drivers-importance = Znaczenie
drivers-satisfied = Zadowoleni
drivers-correlation = Korelacja rang
drivers-remark = Uwaga
drivers-not-separable = nie da się oddzielić od innego
drivers-not-separable-note = Na niektóre z tych pytań odpowiadano tak podobnie, że ich znaczenie należy do nich razem.

target-reached = osiągnięto: cel { $target }
target-missed = nie osiągnięto: cel { $target }
target-open = jeszcze niejasne: cel { $target }
target-open-n = jeszcze niejasne: cel { $target }, potrzeba około tylu odpowiedzi: { $n }

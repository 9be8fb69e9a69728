# Co mówią rekordy połączeń: wskaźniki ze wszystkich połączeń, równe pytanie, załatwione za pierwszym razem.

rates-reach = Zasięg
rates-reach-meaning = Dzwoniący, którym zaproponowano ankietę, spośród wszystkich połączeń, w których można było zapytać
rates-how-title = Wskaźnik odpowiedzi i zasięg
rates-how = Wskaźnik odpowiedzi (RR2 według AAPOR) i zasięg obejmują wszystkie połączenia, w których można było zapytać, a nie tylko te z propozycją: połączenia z zaproponowaną ankietą oraz połączenia z rekordem, w których dzwoniący rozmawiał z agentem dostatecznie długo, w godzinach otwarcia, przy włączonej kolejce i ankiecie, i nie został pominięty przez „nigdy nie pytać”, limit ani losowanie. Podaje się je tylko tam, gdzie rekordy obejmują co najmniej 95 % połączeń: te, których rekord wymienia agenta, spośród wszystkich znanych z przekazania lub z rekordu. Połączenie, o którym nie mówi ani jedno, ani drugie, jest nieznane.
rates-why-coverage = nieznany: potrzebne są rekordy co najmniej 95 % wszystkich połączeń
rates-why-covered = nieznany: rekordy obejmują { $share } % z { $n } połączeń, a potrzeba 95 %
rates-why-filtered = nieznany dla jednej ankiety, języka lub kanału: o połączeniach, w których nikogo nie pytano, nie wiadomo, co by im przypadło
rates-why-no_calls = nie było połączeń, w których można było zapytać

# Czy pyta się wszystkich dzwoniących?
fairness-title = Czy pyta się wszystkich dzwoniących?
fairness-about = Czy dzwoniących do każdego agenta pyta się tak często, jak dzwoniących do innych agentów w tych samych kolejkach. „Warto spojrzeć” to powód do pytania, nigdy ustalenie, i nie wchodzi do oceny, miejsca ani wiadomości.
fairness-summary = { $n ->
    [0] Dzwoniących do żadnego agenta nie pyta się rzadziej, niż każą oczekiwać jego kolejki, ponad przypadek.
    [one] Warto spojrzeć na { $n } agenta z { $of }: dzwoniących pyta się lub odpowiadają oni rzadziej, niż każą oczekiwać kolejki.
   *[other] Warto spojrzeć na { $n } agentów z { $of }: dzwoniących pyta się lub odpowiadają oni rzadziej, niż każą oczekiwać kolejki.
  }
fairness-why = { $what } { $own }, w tych kolejkach oczekiwane { $expected }
fairness-limits = Punkt to agent. W górę: zasięg, jaki byłby przy składzie kolejek całego centrum. W poprzek: połączenia, w których można było zapytać. Linie leżą o dwa i trzy błędy standardowe od środka (karta p). „Warto spojrzeć” uwzględnia też, na ilu agentów patrzono (Benjamini i Hochberg), i jak bardzo agenci różnią się i tak.
fairness-calls = Połączenia, w których można zapytać
fairness-expected = Oczekiwane w tych kolejkach
fairness-look = Pytanie
fairness-worth_a_look = warto spojrzeć
fairness-nothing = nic ponad przypadek
fairness-not_known = nieznane
fairness-unanswered = Przekazani bez odpowiedzi
fairness-answer-look = Odpowiedzi
fairness-seconds = Sekundy do przekazania
fairness-ended = Zakończone przez agenta
fairness-coverage = Objęte rekordami
fairness-few = za mało połączeń
fairness-whole = Liczby dotyczą całego okresu agenta we wszystkich kolejkach; zespół i kolejka wybierają, kto jest na liście, więc każdy patrzący czyta to samo. Sekundy: mediana od końca rozmowy do przekazania. Zakończone przez agenta: spośród połączeń, których rekord mówi, kto je zakończył.
fairness-innocent = Niewinne przyczyny, które trzeba najpierw wykluczyć
fairness-innocent-line = Słuchawki lub telefon, które zrywają linię, gdy agent się rozłącza.
fairness-innocent-habit = Dzwoniący rozłączają się pierwsi: odchodzą, zanim można ich przekazać.
fairness-innocent-route = Kolejka, numer lub przeniesienie, z których platforma nie przekazuje połączeń, na przykład połączenia wykonane przez nas.
fairness-innocent-hours = Zmiany wczesne lub późne, gdy dzwonią inni ludzie.
fairness-innocent-records = Rekordy z niewłaściwym agentem lub spóźnione.
fairness-innocent-new = Ktoś nowy, komu nikt nie powiedział, jak przekazywać.
fairness-none-title = Na razie nic nie można powiedzieć
fairness-none = Żaden agent nie ma połączeń w tym widoku.
fairness-unknown = Rekordy obejmują za mało połączeń każdego agenta: wysyłaj rekord każdego połączenia, także nieprzekazanego. Wtedy ta strona powie, czyich dzwoniących się pyta.
fairness-cut = Sekundy i to, kto zakończył połączenie, pochodzą z najnowszych { $n } połączeń tych dni.

# Rozwiązano za pierwszym razem: powiedziane i widziane
observed-title = Rozwiązano za pierwszym razem: co powiedzieli dzwoniący i czy zadzwonili znowu
observed-link = Powiedziane i widziane
observed-about = Obok tego, co powiedzieli dzwoniący, stoi, czy zadzwonili znowu w ciągu { $days } dni: ten sam numer i ta sama kolejka albo ta sama sprawa lub klient, w nowym połączeniu przychodzącym, które odebrał agent. Ludzie dzwonią też w innych sprawach, z innych numerów albo wcale, bo zrezygnowali. Dotyczy to centrum, zespołu lub kolejki i nie wchodzi do oceny żadnego agenta.
observed-off-title = To jest wyłączone
observed-off = Nie sprawdza się tu, czy dzwoniący zadzwonili znowu. Włącza to ustawienie „observed_resolution”; odtąd zapisuje się to o każdym kontakcie, gdy ma on { $days } dni.
observed-none-title = Na razie nie ma czego pokazać
observed-none = W tym widoku nie ma kontaktu, w którym zapytano, czy sprawa jest rozwiązana, i który jest starszy niż { $days } dni.
observed-caption = Kontakty według tego, co powiedziano i co widziano
observed-said = Dzwoniący powiedzieli
observed-quiet = Nie zadzwonili znowu
observed-repeat = Zadzwonili znowu
observed-all = Razem
observed-yes = Rozwiązano
observed-no = Nie rozwiązano
observed-asked = Rozwiązano, jak mówią dzwoniący
observed-observed = Rozwiązano, bo nie było kolejnego połączenia
observed-difference = Powiedziane minus widziane
observed-agreement = Oba mówią to samo
observed-kappa = Zgodność ponad przypadek (κ Cohena)
observed-repeats-yes = Zadzwonili znowu spośród mówiących „rozwiązano”
observed-repeats-no = Zadzwonili znowu spośród mówiących „nie rozwiązano”
observed-left-out = Poza tabelą
observed-called_back = { $n ->
    [one] { $n } kontakt, po którym sami oddzwoniliśmy
    [few] { $n } kontakty, po których sami oddzwoniliśmy
   *[many] { $n } kontaktów, po których sami oddzwoniliśmy
  }
observed-often = { $n ->
    [one] { $n } kontakt z numeru, który miał ponad { $most } połączeń w 30 dni
    [few] { $n } kontakty z numerów, które miały ponad { $most } połączeń w 30 dni
   *[many] { $n } kontaktów z numerów, które miały ponad { $most } połączeń w 30 dni
  }
observed-unknown = { $n ->
    [one] { $n } kontakt bez numeru, sprawy i klienta, po których można by znaleźć kolejne połączenie
    [few] { $n } kontakty bez numeru, sprawy i klienta, po których można by znaleźć kolejne połączenie
   *[many] { $n } kontaktów bez numeru, sprawy i klienta, po których można by znaleźć kolejne połączenie
  }
observed-young = { $n ->
    [one] { $n } kontakt, który nie ma jeszcze { $days } dni lub którego nigdy nie sprawdzono
    [few] { $n } kontakty, które nie mają jeszcze { $days } dni lub których nigdy nie sprawdzono
   *[many] { $n } kontaktów, które nie mają jeszcze { $days } dni lub których nigdy nie sprawdzono
  }
observed-cut = Odczytano tylko najnowsze { $n } wywiadów tego widoku.

# Columns of files
export-response_rate = Wskaźnik odpowiedzi
export-response_rate_low = Wskaźnik odpowiedzi, 95 % od
export-response_rate_high = Wskaźnik odpowiedzi, 95 % do
export-reach = Zasięg
export-reach_low = Zasięg, 95 % od
export-reach_high = Zasięg, 95 % do
export-coverage = Objęte rekordami
export-coverage_n = Znane połączenia

# Ankiety anonimowe oraz najkrótszy czas, za który pokazuje się wyniki jednego konsultanta.

fault-anonymous-survey = Ta ankieta jest anonimowa: nie ma w niej konsultantów, pojedynczych rozmów, komentarzy ani tygodni, tylko wyniki pełnych miesięcy dla grup liczących co najmniej 8 odpowiedzi.
fault-anonymous-months = Ta ankieta jest anonimowa i pokazuje się ją pełnymi miesiącami kalendarzowymi, które skończyły się co najmniej dzień temu. Wybierz takie miesiące, na przykład poprzedni.
fault-anonymous-too-few = Ta ankieta jest anonimowa, a ten widok pokazałby lub pozwolił wyliczyć, co odpowiedziało mniej niż 8 dzwoniących. Usuń filtry lub wybierz więcej miesięcy.
filter-anonymous = Ankiety anonimowe nie wchodzą do wyników wszystkich ankiet. Aby zobaczyć którąś z nich, wybierz ją wraz z pełnymi miesiącami: { $names }.
survey-anonymous = anonimowa
survey-anonymous-about = Ta ankieta jest anonimowa. Przy odpowiedziach nie przechowuje się konsultanta, połączenia ani dzwoniącego, nikomu nie proponuje się oddzwonienia, nie ma pojedynczych rozmów, alertów ani webhooków. Wyniki pokazuje się pełnymi zakończonymi miesiącami, dla grup liczących co najmniej 8 odpowiedzi; ilu osób zapytano, nie jest pokazywane.
fault-people-finest-week = Wyniki pojedynczych konsultantów pokazuje się tutaj za pełne zakończone tygodnie, od poniedziałku do niedzieli. Wybierz takie tygodnie, na przykład poprzedni.
fault-people-finest-month = Wyniki pojedynczych konsultantów pokazuje się tutaj za pełne zakończone miesiące kalendarzowe. Wybierz takie miesiące, na przykład poprzedni.
shown-people-finest = Najkrótszy czas, za który pokazuje się wyniki jednego konsultanta
shown-finest-day = dzień
shown-finest-week = pełne tygodnie
shown-finest-month = pełne miesiące
me-about-months = Co odpowiedzieli Twoi dzwoniący, pełnymi miesiącami. Pojedynczych połączeń nikomu się tu nie pokazuje.
me-nothing-about-months = Miesiąc pokazuje się, gdy się skończy i odpowie co najmniej tylu dzwoniących: { $n }.
me-months = Miesiąc po miesiącu
me-month = Miesiąc

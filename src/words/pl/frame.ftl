# Rama każdej strony i słowa, które się powtarzają.

language-of-page = Język
skip = Przejdź do treści
pages = Strony
nav-overview = Przegląd
nav-agents = Agenci
nav-questions = Pytania
nav-queues = Kolejki
nav-interviews = Wywiady
nav-unlinked = Niepowiązane
nav-wallboard = Tablica
nav-surveys = Ankiety
nav-settings = Ustawienia
nav-phone = Telefon
sign-out = Wyloguj
table-of-chart = To samo w tabeli

answers-n = { $n ->
    [one] { $n } odpowiedź
    [few] { $n } odpowiedzi
    [many] { $n } odpowiedzi
   *[other] { $n } odpowiedzi
}

# Tablica na ścianę.

wallboard-centre = Całe centrum
wallboard-today = Dziś do tej pory
wallboard-reload = Wczytaj ponownie
wallboard-report = Do raportu
wallboard-lost = Utracono połączenie z serwerem; te liczby mogą być nieaktualne. Trwają kolejne próby.
wallboard-away = Baza danych nie odpowiada; liczby pojawią się, gdy tylko odpowie.
wallboard-csat = Zadowoleni
wallboard-nps = Poleciliby (NPS)
wallboard-rate = Odpowiedzieli
wallboard-asked = Zapytani rozmówcy
wallboard-waiting = Komentarze do odsłuchania
wallboard-line = Zapytani w ostatniej godzinie
wallboard-line-text = { $total } w ostatniej godzinie, { $last } w ostatnich pięciu minutach
wallboard-at = Stan na { $at }
wallboard-interval = { $interval }, n = { $n }
wallboard-none = jeszcze brak
wallboard-few = za mało
wallboard-few-note = n = { $n } z { $needs }

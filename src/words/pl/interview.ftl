# Listy ankiet i jedna ankieta.

interview-list-title = Ankiety
interview-unlinked-title = Ankiety bez agenta
interview-unlinked-about = Ani przekazanie rozmowy, ani jej zapis nie podają, kto obsłużył tych rozmówców. Ich odpowiedzi liczą się w wynikach centrum, ale nikomu z osobna; powiążą się same, gdy tylko nadejdzie zapis.
interview-all = Wszystkie ankiety
interview-only-unlinked = Tylko bez agenta
interview-search = Szukaj
interview-search-about = Szukaj po numerze rozmowy lub ankiety, z dowolnego dnia, albo po trzech ostatnich cyfrach numeru dzwoniącego. Niska ocena to ocena z najniższej ćwiartki skali.
interview-filter-agent = Kod agenta
interview-filter-disposition = Jak się skończyła
interview-filter-link = Jak powiązana
interview-filter-only = Tylko te
interview-filter-comment = z komentarzem
interview-filter-low = z niską oceną
interview-filter-marked = oznaczone jako niezależne od agenta
interview-unlinked-none = Wszystko powiązane
interview-unlinked-none-about = Każda ankieta w tym widoku ma swojego agenta.
interview-empty = Nie ma jeszcze rozmów
interview-empty-about = Gdy tylko zapytamy pierwszego rozmówcę, jego ankieta pojawi się tutaj.
interview-none = Żadna ankieta nie pasuje
interview-none-about = Wybierz dłuższy okres lub mniej filtrów albo sprawdź szukany numer.
interview-none-here = W tym widoku nie ma żadnych.
interview-count = { $n ->
    [one] { $n } ankieta
    [few] { $n } ankiety
    [many] { $n } ankiet
   *[other] { $n } ankiety
}
interview-count-many = Ponad { $n } ankiet
interview-newest-first = Od najnowszych
interview-older = Starsze ankiety
interview-col-started = Początek
interview-col-answers = Odpowiedzi
interview-col-ended = Jak się skończyła
interview-col-link = Powiązana przez
interview-col-language = Język
interview-col-caller = Rozmówca
interview-col-time = Czas
interview-col-asked = O co zapytano
interview-col-did = Co zrobił rozmówca
interview-col-came = Co z tego wynikło
interview-marked = Oznaczona jako niezależna od agenta
interview-caller-unknown = nieznany
interview-no-answers = brak
interview-satisfied = zadowolony
interview-not-satisfied = niezadowolony

interview-disposition-complete = pełna
interview-disposition-partial = częściowa
interview-disposition-break_off = przerwana
interview-disposition-refusal = odmowa
interview-disposition-no_contact = brak kontaktu
interview-disposition-failed = nieudana
interview-disposition-ineligible = nie pytano

interview-link-none = niepowiązana
interview-link-handover = przekazanie rozmowy
interview-link-record = zapis rozmowy
interview-link-inferred = numer i czas z zapisu rozmowy (wywnioskowane)
interview-link-hand = człowieka, ręcznie

interview-title = Ankieta z { $at }
interview-version = wersja
interview-callback = Rozmówca poprosił o telefon od kierownika: { $at }.
interview-number = Numer, pod który dzwonić:
interview-answers = Odpowiedzi
interview-answers-none = Rozmówca nie udzielił żadnej.
interview-on-scale = w skali { $scale }
interview-comments = Nagrane komentarze
interview-comment-seconds = { $n ->
    [one] { $n } sekunda
    [few] { $n } sekundy
    [many] { $n } sekund
   *[other] { $n } sekundy
}
interview-comment-expected = nagrany; platforma telefoniczna jeszcze nie podała, gdzie jest. Pojawi się tu sam; jeśli nie w ciągu godziny, sprawdź, czy platforma wysyła powiadomienia o nagraniach.
interview-comment-ready = jeszcze na platformie telefonicznej; jest pobierany i wtedy będzie go można odsłuchać tutaj. Jeśli tak zostanie, zajrzyj do dziennika serwera.
interview-comment-stored = gotowy do odsłuchania
interview-comment-failed = zaginął po drodze: platforma telefoniczna go nie wydała. Zajrzyj do dziennika serwera.
interview-comment-open = Otwórz nagranie

interview-call = Rozmowa i komu się liczy
interview-counts-for = Liczy się
interview-counts-nobody = na razie nikomu
interview-linked-by = Powiązana przez
interview-handover-said = Przekazanie podało
interview-record-says = Zapis podaje
interview-record-none = nie ma jeszcze zapisu tej rozmowy
interview-caller-last = numer kończy się na { $digits }
interview-came-over = Przyszła przez
interview-ended = Koniec
interview-not-asked = Nie pytano według reguły
interview-failed = Nie udało się
interview-ended-goodbye = po pożegnaniu
interview-ended-caller = rozmówca odłożył słuchawkę
interview-agent = agent { $name }
interview-no-agent = brak agenta
interview-nobody = nikomu
interview-team = zespół { $name }
interview-queue = kolejka { $name }
interview-talk = { $seconds } s rozmowy
interview-doubt-twice = Przekazanie podało to samo dwa razy różnie: { $said }
interview-doubt-record = { $what ->
    [agent] Przekazanie podało agenta { $said }; zapis rozmowy podaje { $found }.
    [team] Przekazanie podało zespół { $said }; zapis rozmowy podaje { $found }.
   *[queue] Przekazanie podało kolejkę { $said }; zapis rozmowy podaje { $found }.
}
interview-doubt-calendar = { $what ->
   *[team] Przekazanie podało zespół { $said }; według dat agentów w zespołach był to { $found }.
}
interview-doubt-hand = Powiązana ręcznie z kimś innym, niż podaje zapis rozmowy: { $found }. Obowiązuje powiązanie ręczne.

interview-transcript = Przebieg
interview-transcript-about = Po wierszu na każdy krok rozmowy
interview-transcript-none = Rozmówca ani nie nacisnął klawisza, ani nie doczekał końca pierwszego pytania.
interview-turn = krok
interview-question-n = Pytanie { $n }
interview-value-skipped = pominięte
interview-value-no-key = brak klawisza
interview-value-wrong-keys = niewłaściwe klawisze
interview-value-not-asked = nie pytano
interview-value-withdrawn = wycofane
interview-value-no = nie
interview-value-yes = tak
interview-value-recorded = nagrano
interview-turn-menu = Menu
interview-turn-again = Naciśnij dziewięć jeszcze raz
interview-turn-language = Jaki język?
interview-turn-offer = Czy ma zadzwonić kierownik?
interview-turn-consent = Czy zgadzasz się odpowiedzieć?
interview-did-spoke-for = mówił { $seconds } s
interview-did-spoke = mówił
interview-did-hung-up = tu odłożył słuchawkę
interview-came-no-call = nie chciał telefonu
interview-came-manager = poprosił o kierownika
interview-came-back = powrót do pytania
interview-came-again = zapytano jeszcze raz
interview-came-language = język: { $name }
interview-came-no-consent = nie zgadza się
interview-came-consent = zgadza się
interview-came-repeat = chciał usłyszeć jeszcze raz
interview-came-menu = otworzył menu
interview-came-went-back = cofnął się o pytanie
interview-came-skip = pominął
interview-came-other-language = poprosił o inny język
interview-came-end-now = postanowił zakończyć
interview-came-early = klawisz za wcześnie
interview-came-spill = # należało do poprzedniej odpowiedzi
interview-came-wrong-key = ten klawisz tu nie pasuje
interview-came-callback = chce telefonu od kierownika
interview-came-never-ask = nie chce być więcej pytany
interview-came-ended = ankieta się skończyła

interview-history = Jak ją powiązano
interview-step-by = { $who }: { $why }
interview-relink = Powiąż ręcznie
interview-relink-about = To, co tu postanowisz, obowiązuje także po późniejszych zapisach rozmów, dopóki ktoś nie postanowi inaczej. Wszystkie wyniki zmienią się od razu.
interview-relink-to = Ta ankieta liczy się
interview-relink-agent = temu agentowi
interview-relink-call = temu, kogo podaje zapis tej rozmowy
interview-relink-nobody = nikomu
interview-relink-records = temu, kogo podają przekazanie i zapisy (cofa ręczną decyzję)
interview-relink-team-own = ówczesny zespół agenta
interview-relink-queue-own = kolejka rozmowy
interview-relink-call-id = Numer rozmowy
interview-relink-why = Dlaczego
interview-relink-do = Powiąż
interview-done-linked = Powiązano. Wszystkie wyniki się zmieniły.

interview-marks = Niezależne od agenta
interview-marks-about = Oznaczona odpowiedź nadal liczy się w wyniku. Obok stoi wynik po przeglądzie, który jej nie obejmuje.
interview-marks-none = Nic nie jest oznaczone.
interview-mark = Oznacz odpowiedź
interview-mark-what = Która odpowiedź
interview-mark-all = Wszystkie odpowiedzi tej ankiety
interview-mark-why = Dlaczego
interview-mark-note = Więcej słów
interview-mark-do = Oznacz
interview-mark-take-back = Cofnij
interview-mark-taken = Cofnięto { $at }, { $who }
interview-done-marked = Oznaczono.
interview-done-taken = Cofnięto.
interview-reason-not-theirs = o innym agencie lub rozmowie
interview-reason-product = o produkcie lub jego cenie
interview-reason-rule = o zasadzie firmy
interview-reason-wait = o czekaniu
interview-reason-system = nie działał system
interview-reason-keys = pomylone klawisze
interview-reason-test = rozmowa próbna
interview-reason-other = inny powód (napisz niżej)

interview-fault-choose = Wybierz, komu liczy się ankieta.
interview-fault-agent-empty = Wpisz kod agenta.
interview-fault-call-empty = Wpisz numer rozmowy.
interview-fault-agent = Żaden agent nie ma kodu { $name }. Pisz go tak, jak przekazania i zapisy.
interview-fault-team = Nie ma zespołu { $name }.
interview-fault-queue = Nie ma kolejki { $name }.
interview-fault-call = Nie ma zapisu rozmowy { $name }. Pisz numer tak, jak w zapisach.
interview-fault-reason = Podaj powód.
interview-fault-note = Opisz powód słowami.
interview-fault-question = Wybierz odpowiedź z tej ankiety.
interview-fault-already = To już jest oznaczone.
interview-fault-running = Ankieta może jeszcze trwać. Oznacz ją, gdy się skończy, za kilka minut.

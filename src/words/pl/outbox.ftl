# Co wychodzi: wiadomości, ich dostarczanie i sprawy wynikające z rozmów.

mail-low-subject = { $n ->
    [one] { $n } dzwoniący wystawił niską ocenę
    [few] { $n } dzwoniących wystawiło niską ocenę
    [many] { $n } dzwoniących wystawiło niską ocenę
   *[other] { $n } dzwoniących wystawiło niską ocenę
}
mail-low-why = Otrzymujesz tę wiadomość, ponieważ ustawienia ankiety wskazują Cię jako odbiorcę powiadomień o niskich ocenach.
mail-of = { $value } z { $most }
mail-yes = tak
mail-no = nie
mail-more = I jeszcze { $n } – w raporcie.
mail-few = za mało odpowiedzi (n = { $n })
mail-measure-csat = Zadowoleni
mail-measure-nps = Poleciliby (NPS)
mail-measure-ces = Było łatwo
mail-measure-fcr = Rozwiązane
mail-report-subject = Co mówili dzwoniący, { $days }
mail-report-empty = W tym okresie żadne odpowiedzi nie są przypisane do agentów.
mail-report-agent = Agent
mail-report-team = Zespół
mail-report-score = Wynik
mail-report-interval = przedział 95 %
mail-report-alt = Poniższa tabela jako słupki: dla każdego z ponumerowanych wierszy wynik i jego przedział 95 %; gdzie odpowiedzi jest za mało, sam przedział.
mail-report-link = Otwórz ten raport
mail-report-why = Otrzymujesz tę wiadomość, ponieważ ustawienia ankiety wskazują Cię jako odbiorcę tego raportu.

deliveries-title = Co wysłano
deliveries-about = Powiadomienia dla programów i wiadomości: co czeka, co dostarczono i z czego zrezygnowano po ostatniej próbie.
deliveries-which = Które pokazać
deliveries-all = Wszystkie
deliveries-waiting = Czekają
deliveries-delivered = Dostarczone
deliveries-dead = Zaniechane
deliveries-when = Zapisano
deliveries-target = Do
deliveries-status = Stan
deliveries-body = Treść
deliveries-tries = { $n ->
    [one] { $n } próba
    [few] { $n } próby
    [many] { $n } prób
   *[other] { $n } próby
}
deliveries-replay = Wyślij ponownie
deliveries-replay-one = Wyślij ponownie { $id }
deliveries-replay-dead = { $n ->
    [one] Wyślij ponownie { $n } zaniechaną
    [few] Wyślij ponownie wszystkie { $n } zaniechane
    [many] Wyślij ponownie wszystkie { $n } zaniechanych
   *[other] Wyślij ponownie wszystkie { $n } zaniechane
}
deliveries-none = Nic tu nie ma
deliveries-older = Starsze

cases-title = Sprawy
cases-about = Dzwoniący, którymi ktoś powinien się zająć: wystawili niską ocenę albo poprosili o telefon.
cases-which = Które sprawy pokazać
cases-open = Otwarte
cases-closed = Zamknięte
cases-none-open = Brak otwartych spraw
cases-none-closed = Brak zamkniętych spraw
cases-reason-low = niska ocena
cases-reason-callback = prośba o telefon
cases-owner = Kto się zajmuje
cases-due = Termin
cases-overdue = po terminie
cases-outcome = Jak się skończyło
cases-save = Zapisz
cases-close = Zamknij sprawę
cases-reopen = Otwórz ponownie
cases-older = Starsze sprawy

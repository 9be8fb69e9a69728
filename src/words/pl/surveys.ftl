# Ankiety: o co pytamy, edycja, kogo pytamy.

surveys-title = Ankiety
surveys-heading = O co pytamy dzwoniących
surveys-lead = Wszystkie ankiety tego serwera: słowa w każdym języku, jak brzmią i gdzie są zadawane.
surveys-none = Nie ma żadnej ankiety.
surveys-version = wersja
surveys-from-page = edytowana tutaj
surveys-from-files = z plików
surveys-asks = Pyta
surveys-takes = Trwa najwyżej
surveys-where = Włączona
surveys-nowhere = nigdzie według reguł ani ustawień; może ją wskazać przekazanie
surveys-so-far = Dotychczas
surveys-check = Sprawdzenie
surveys-check-good = Nie znaleziono błędów
surveys-faults-n = { $n ->
    [one] { $n } błąd
    [few] { $n } błędy
   *[many] { $n } błędów
}
surveys-warnings-n = { $n ->
    [one] { $n } ostrzeżenie
    [few] { $n } ostrzeżenia
   *[many] { $n } ostrzeżeń
}
surveys-questions-n = { $n ->
    [one] { $n } pytanie
    [few] { $n } pytania
   *[many] { $n } pytań
}
surveys-offered-n = { $n ->
    [one] { $n } zaproponowany wywiad
    [few] { $n } zaproponowane wywiady
   *[many] { $n } zaproponowanych wywiadów
}
surveys-started-n = { $n ->
    [one] { $n } z odpowiedzią
    [few] { $n } z odpowiedzią
   *[many] { $n } z odpowiedzią
}
surveys-since = zadawana od { $day }
surveys-never-asked = jeszcze nie zadawana
surveys-seconds = { $n } s
surveys-place-all = wszystkie kolejki, { $share } połączeń
surveys-place-queue = kolejka { $queue }, { $share } połączeń
surveys-place-settings = kolejka { $queue } (ustawienia)
surveys-place-provider = połączenia { $provider } (ustawienia)
surveys-place-off = wyłączona w ustawieniach
surveys-side-by-side = Wszystkie obok siebie
surveys-edited-by = Zadawana tak, jak na tej stronie zmienił(a) { $by } ({ $at }). Pliki na dysku nie są w tym czasie zadawane na żadnym węźle.
surveys-files-asked = Zadawana tak, jak mówią pliki. Gdy tylko zostanie tu opublikowana zmiana, obowiązuje zmiana.
surveys-files-differ = Pliki na tym serwerze to wersja { $version } i nie są zadawane. Aby do nich wrócić, zadawaj je ponownie; późniejsza edycja zacznie się od nich.
surveys-return = Zadawać to, co w plikach
surveys-return-refused = Pliki nie zostały przyjęte; nic nie zmieniono. Popraw w plikach i uruchom serwer ponownie:
surveys-published = Opublikowano. Obowiązuje od następnego połączenia; trwające połączenia toczą się, jak się zaczęły.
surveys-published-left = { $n ->
    [one] Opublikowano, obowiązuje od następnego połączenia. { $n } zmienione zdanie nie ma nagrania: mówi je głos platformy telefonicznej.
    [few] Opublikowano, obowiązuje od następnego połączenia. { $n } zmienione zdania nie mają nagrań: mówi je głos platformy telefonicznej.
   *[many] Opublikowano, obowiązuje od następnego połączenia. { $n } zmienionych zdań nie ma nagrań: mówi je głos platformy telefonicznej.
}
surveys-asked-now = zadawana teraz
surveys-old-version = To nie jest wersja zadawana teraz.
surveys-to-asked = Pokaż, co jest zadawane teraz
surveys-edit = Edytuj
surveys-try = Wypróbuj na telefonie
surveys-which-wins = Pliki czy zmiana
surveys-take-away = Do przechowania z plikami:
surveys-longest = Najdłuższa droga
surveys-promised = Obiecane dzwoniącym: { $seconds }
surveys-words-in = Słowa w języku
surveys-questions = Pytania po kolei
surveys-core = pytanie główne
surveys-series = seria { $series }
surveys-after-wrong = Po złym klawiszu
surveys-other-words = Wszystko inne, co jest mówione
surveys-versions = Wersje, które zadawano
surveys-versions-lead = Odpowiedzi zostają przy wersji, której udzielono. Liczby w czasie porównuje się tylko w jednej serii.
surveys-first-asked = znana od { $at }
surveys-made-by = edycja: { $by }
surveys-first-version = Pierwsza wersja.
surveys-only-sounds = Słowa, progi i serie są te same; zmieniły się dźwięki lub inne ustawienia.
surveys-changes-n = { $n ->
    [one] { $n } zmiana wobec poprzedniej wersji
    [few] { $n } zmiany wobec poprzedniej wersji
   *[many] { $n } zmian wobec poprzedniej wersji
}
surveys-promise = Obiecany czas
surveys-new-question = Nowe pytanie { $name }
surveys-gone-question = Pytania { $name } już nie ma
surveys-satisfied-of = { $name }: zadowoleni
surveys-series-of = { $name }: seria
surveys-good-high = wysoko znaczy dobrze
surveys-good-low = nisko znaczy dobrze
surveys-scale = skala { $scale }
surveys-satisfied = zadowoleni: { $values }
surveys-choice = { $n ->
    [one] { $n } możliwość
    [few] { $n } możliwości
   *[many] { $n } możliwości
}
surveys-yes-no = 1 tak, 2 nie
surveys-yes-good = zadowolona odpowiedź to tak
surveys-no-good = zadowolona odpowiedź to nie
surveys-comment = mówiony, najwyżej { $n } s
surveys-consent = zgoda: 1 tak, 2 nie
surveys-about-agent = o pracowniku
surveys-about-resolution = o rozwiązaniu
surveys-about-company = o firmie
surveys-about-product = o produkcie
surveys-about-waiting = o czekaniu
surveys-only-if = Zadawane tylko, jeśli { $tests }.
surveys-test = { $question } to { $values }
surveys-or = lub
surveys-and = i
surveys-recorded = nagrane przez człowieka
surveys-machine = dźwięk z komputera
surveys-voice = mówi głos platformy telefonicznej
surveys-part-opening = Początek
surveys-part-help = Po ciszy, złym klawiszu lub kroku wstecz
surveys-part-menu = Menu
surveys-part-manager = Telefon od kierownika
surveys-part-endings = Zakończenia
surveys-part-numbers = Liczby i litery

edit-title = Edytuj: { $survey }
edit-lead = Dla dzwoniących nic się nie zmienia, dopóki nie opublikujesz. Zapisuj, kiedy chcesz; szkic tu czeka.
edit-saved = Zapisano jako szkic. Dzwoniący nadal słyszą to, co zadawano wcześniej.
edit-draft-by = Szkic, ostatnio zapisał(a) { $by } ({ $at })
edit-changed-n = { $n ->
    [one] { $n } zmiana
    [few] { $n } zmiany
   *[many] { $n } zmian
}
edit-sound = Sprawdzenie nie znajduje błędów: można opublikować.
edit-not-sound = Jeszcze nie można opublikować. Każdy błąd stoi przy swoim polu; błędy innych miejsc są tutaj.
edit-there = Przejdź tam
edit-save-and-go = Zapisz i pokaż słowa w języku
edit-promise = Sekundy, które obiecuje powitanie
edit-satisfied = Odpowiedzi liczone jako zadowolone
edit-series = Seria (odpowiedzi porównuje się w jednej)
edit-same = Zmienione słowa pytają o to samo: porównuj z wcześniejszymi odpowiedziami
edit-asked-now = Zadawane teraz:
edit-speech = Przy publikacji zmienione zdania wypowiada { $program }. Gdzie programu nie ma lub nie zna języka, mówi je głos platformy telefonicznej; gdzie platforma go nie ma, publikacja jest odrzucana. Nagranie człowieka dla zmienionych słów nie jest w nowej wersji odtwarzane.
edit-save = Zapisz i sprawdź
edit-publish = Opublikuj
edit-discard = Wyrzuć szkic
edit-nothing = Nic nie zmieniono, więc nie ma czego publikować.
edit-refused = Nie opublikowano i dla dzwoniących nic się nie zmieniło: popraw to, co stoi przy polach.
edit-overtaken = Nie zapisano: { $by } zmienił(a) to, co jest zadawane ({ $at }), po otwarciu tej strony. Twój tekst jest niżej; porównaj z obecnym i zapisz ponownie.
edit-overtaken-draft = Nie zapisano: szkic zmieniono ({ $by }) po otwarciu tej strony. Twój tekst jest niżej; zapisz ponownie, by został twój.
edit-overtaken-return = Ktoś w tym czasie zmienił to, co jest zadawane. Obejrzyj i zdecyduj ponownie.

switch-title = Kogo pytamy
switch-lead = Reguły dla kolejek, z próbami i limitami. Reguła tutaj jest ważniejsza od pliku ustawień, na wszystkich węzłach w kilka sekund; trwające połączenia toczą się dalej.
switch-done = Reguła utworzona.
switch-no-rule = Nie ma reguł: pytamy tak, jak mówi plik ustawień.
switch-settings = Ustawienia: { $share } % połączeń, bez limitu dla dzwoniącego.
switch-settings-cap = { $offers ->
    [one] Ustawienia: { $share } % połączeń, { $offers } propozycja dla dzwoniącego na { $days } dni.
    [few] Ustawienia: { $share } % połączeń, { $offers } propozycje dla dzwoniącego na { $days } dni.
   *[many] Ustawienia: { $share } % połączeń, { $offers } propozycji dla dzwoniącego na { $days } dni.
}
switch-rules = Reguły obowiązujące i planowane
switch-queue = Kolejka
switch-what = Co się dzieje
switch-sample = Próba i limity
switch-from = Od
switch-by = Utworzył(a)
switch-all-queues = Wszystkie kolejki
switch-planned = planowana
switch-asks = Zadawana jest { $survey }
switch-asks-any = Pytamy; ankietę wybiera przekazanie lub ustawienia
switch-nobody = Nikogo nie pytamy
switch-by-settings = Jak w ustawieniach
switch-share-of = { $share } % połączeń
switch-caller-cap = { $offers ->
    [one] { $offers } propozycja dla dzwoniącego na { $days } dni
    [few] { $offers } propozycje dla dzwoniącego na { $days } dni
   *[many] { $offers } propozycji dla dzwoniącego na { $days } dni
}
switch-agent-cap = { $n ->
    [one] około { $n } propozycji na pracownika dziennie
    [few] około { $n } propozycji na pracownika dziennie
   *[many] około { $n } propozycji na pracownika dziennie
}
switch-new = Nowa reguła
switch-new-lead = Aby zmienić regułę, wybierz jej kolejkę w tabeli: formularz ją wtedy zawiera. Obowiązuje najnowsza reguła, która się zaczęła.
switch-other-queue = Albo kolejka, której jeszcze nie ma na liście
switch-does-ask = Dzwoniących pytamy
switch-survey = Ankieta
switch-any-survey = jak mówi przekazanie lub ustawienia
switch-share = Udział połączeń, %
switch-caller-offers = Propozycje dla jednego dzwoniącego
switch-caller-days = w ciągu dni (0: bez limitu)
switch-agent-day = Propozycje na pracownika dziennie (0: bez limitu)
switch-from-day = Od początku dnia (puste: teraz)
switch-save = Utwórz regułę
switch-refused = Reguły nie utworzono. Co jest źle, stoi przy polu.
switch-wrong-number = Ta liczba tu nie pasuje.
switch-wrong-unknown = Tego nie ma na liście.
switch-wrong-past = Ten dzień już się zaczął. Wybierz późniejszy albo zostaw puste, jeśli teraz.
switch-wrong-date = To nie jest data, na przykład 2026-03-31.
switch-wrong-whole-day = Udział i limit pracownika ustala się na cały dzień. Wybierz jutro lub późniejszy dzień.
switch-wrong-overtaken = Ktoś w tym czasie utworzył regułę dla tej kolejki. Obejrzyj tabelę i zdecyduj ponownie.
switch-wrong-long = Nazwa kolejki ma najwyżej 200 znaków.
switch-how = Jak działają reguły
switch-how-rules = Reguła kolejki idzie przed regułą wszystkich kolejek. Reguła wybiera ankietę przed wybranym numerem i ustawieniami; ankieta wskazana przez samo przekazanie jest zadawana mimo to, ale gdzie reguła mówi „nikogo”, nie pytamy. „Nie pytajcie więcej”, czas rozmowy, godziny pracy i zgoda obowiązują zawsze.
switch-how-sample = O tym, które połączenia należą do próby, decyduje identyfikator połączenia, a nie kolejność, a udział jest ten sam przez cały dzień: dlatego dzwoniący jednego pracownika, kolejki i dnia są jedną próbą.
switch-how-cap = Limit pracownika obniża udział przed początkiem dnia według połączeń, które przekazał w ostatnich 28 dniach, nigdy poniżej 5 %. Pominięci przez niego dzwoniący są zapisani jako „agent cap”.

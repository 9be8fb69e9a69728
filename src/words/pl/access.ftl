# The door, an agent’s own results, and what is not for everybody.

nav-me = Moje wyniki
people-off = Bez wyników pojedynczych osób
no-team = Jeszcze bez zespołu
no-team-about = Nie widzisz jeszcze żadnego zespołu. Administrator może dać Ci wgląd w ustawieniach.
fault-not-yours = Nie dla Ciebie
fault-role = Twoja rola lub rola tego tokenu na to nie pozwala. Administrator może ją zmienić w ustawieniach.
fault-individuals-off = Raporty nie pokazują tu pojedynczych osób: najmniejszą jednostką jest zespół. Tak mówi ustawienie people.
fault-own-only = Widzisz tylko własne wyniki.
fault-out-of-sight = To należy do zespołu, którego nie widzisz. Administrator może to zmienić w ustawieniach.
door-title = Zaloguj się
door-email = Adres e-mail
door-password = Hasło
door-setting = Zostaw adres pusty, aby użyć hasła z ustawień.
door-wrong = Adres e-mail lub hasło jest niepoprawne.
door-wrong-password = To hasło jest niepoprawne.
door-too-many = { $n ->
    [one] Zbyt wiele błędnych haseł. Spróbuj za { $n } sekundę.
    [few] Zbyt wiele błędnych haseł. Spróbuj za { $n } sekundy.
   *[other] Zbyt wiele błędnych haseł. Spróbuj za { $n } sekund.
}
door-off = Logowanie hasłem z ustawień jest wyłączone.
door-away = Baza danych nie odpowiada. Spróbuj za minutę.
door-nobody = Nikt nie może się tu jeszcze zalogować. Dodaj kogoś tym poleceniem albo ustaw access.password i uruchom serwer ponownie.
door-single = Logowanie jednokrotne
sso-title = Nie udało się wejść
sso-no-role = Twoje konto jest znane, ale nie daje tu żadnej roli. Poproś administratora aftercall o dodanie Twojej grupy do sso.roles.
sso-no-email = Twoje konto nie ma sprawdzonego adresu e-mail, a bez niego nikt nie wejdzie. Poproś opiekuna logowania o jego przesyłanie.
sso-taken = Ktoś z tym adresem e-mail loguje się tu hasłem. Zapytaj administratora aftercall, który sposób ma zostać.
sso-disabled = Administrator aftercall zamknął to konto.
sso-failed = Logowanie przerwano, trwało zbyt długo albo odpowiedzi nie można zaufać. Spróbuj ponownie; jeśli się powtórzy, powód jest w dzienniku serwera.
sso-again = Do logowania
me-about = Co odpowiadali Twoi rozmówcy, pełnymi tygodniami. Pojedyncze rozmowy nie są tu pokazywane.
me-nothing = Nie ma jeszcze czego pokazać
me-nothing-about = Tydzień pojawia się, gdy się skończy i odpowie co najmniej tylu rozmówców: { $n }.
me-judged = Jak wypadasz w porównaniu
me-judged-about = Z tym, co ogólnie dają te same kolejki i języki. Mówi się o tym tylko wtedy, gdy to więcej niż przypadek, także po uwzględnieniu liczby porównanych osób; miejsce mówi, między którymi pozycjami możesz być, a nigdy na której.
me-not-compared = nie porównano
me-weeks = Tydzień po tygodniu
me-weeks-about = Pod wynikiem przedział 95 % i liczba odpowiedzi. Powyżej wszystkie te tygodnie razem.
me-week = Tydzień
me-under-floor = mniej niż { $n }
me-too-few = za mało (n = { $n })

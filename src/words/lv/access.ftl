# The door, an agent’s own results, and what is not for everybody.

nav-me = Mani rezultāti
people-off = Atsevišķi darbinieki šeit netiek rādīti
no-team = Komandas vēl nav
no-team-about = Jūs vēl neredzat nevienu komandu. Administrators iestatījumos var ļaut jums redzēt komandas.
fault-not-yours = Nav jums
fault-role = Jūsu vai šīs atslēgas loma to neļauj. Administrators to var mainīt iestatījumos.
fault-individuals-off = Pārskatos atsevišķi darbinieki netiek rādīti: mazākā vienība ir komanda. To nosaka iestatījums people.
fault-own-only = Jūs redzat tikai savus rezultātus.
fault-out-of-sight = Tas pieder komandai, kuru jūs neredzat. Administrators to var mainīt iestatījumos.
door-title = Pierakstīties
door-email = E-pasta adrese
door-password = Parole
door-setting = Atstājiet adresi tukšu, ja lietojat iestatījumu paroli.
door-wrong = E-pasta adrese vai parole nav pareiza.
door-wrong-password = Šī parole nav pareiza.
door-too-many = { $n ->
    [one] Pārāk daudz nepareizu paroļu. Mēģiniet pēc { $n } sekundes.
   *[other] Pārāk daudz nepareizu paroļu. Mēģiniet pēc { $n } sekundēm.
}
door-off = Pierakstīšanās ar iestatījumu paroli ir izslēgta.
door-away = Datubāze neatbild. Mēģiniet pēc minūtes.
door-nobody = Šeit vēl neviens nevar pierakstīties. Pievienojiet kādu ar šo komandu vai iestatiet access.password un palaidiet serveri no jauna.
door-single = Vienotā pierakstīšanās
sso-title = Jūs nevarēja ielaist
sso-no-role = Jūsu konts ir zināms, bet tas šeit nepiešķir lomu. Lūdziet aftercall administratoram pievienot jūsu grupu sso.roles.
sso-no-email = Jūsu kontā nav pārbaudītas e-pasta adreses, bez tās neviens netiek ielaists. Lūdziet pierakstīšanās uzturētājiem to sūtīt.
sso-taken = Kāds ar šo e-pasta adresi šeit pierakstās ar paroli. Jautājiet aftercall administratoram, kurš veids paliks.
sso-disabled = aftercall administrators šo kontu ir slēdzis.
sso-failed = Pierakstīšanās tika pārtraukta, ilga pārāk ilgi vai atbildei nevarēja uzticēties. Mēģiniet vēlreiz; ja atkārtojas, iemesls ir servera žurnālā.
sso-again = Uz pierakstīšanos
me-about = Ko atbildēja jūsu zvanītāji, pa pilnām nedēļām. Atsevišķi zvani šeit netiek rādīti.
me-nothing = Vēl nav ko rādīt
me-nothing-about = Nedēļu rāda, kad tā ir beigusies un ir vismaz { $n } zvanītāju atbildes.
me-judged = Kā jūs izskatāties salīdzinājumā
me-judged-about = Ar to, ko kopumā dod tās pašas rindas un valodas. Teikts tikai tad, ja tas ir vairāk nekā nejaušība, ņemot vērā arī to, cik darbinieku salīdzināts; vieta rāda, starp kurām vietām jūs varat būt, bet nekad ne kurā.
me-not-compared = netiek salīdzināts
me-weeks = Nedēļa pēc nedēļas
me-weeks-about = Zem vērtējuma ir 95 % intervāls un atbilžu skaits. Augšā visas šīs nedēļas kopā.
me-week = Nedēļa
me-under-floor = mazāk par { $n }
me-too-few = par maz (n = { $n })

# Informācijas tablo.

wallboard-centre = Viss centrs
wallboard-today = Šodien līdz šim
wallboard-reload = Ielādēt vēlreiz
wallboard-report = Uz pārskatu
wallboard-lost = Savienojums ar serveri zudis; šie skaitļi var būt novecojuši. Notiek atkārtoti mēģinājumi.
wallboard-away = Datubāze neatbild; skaitļi parādīsies, tiklīdz tā atbildēs.
wallboard-csat = Apmierināti
wallboard-nps = Ieteiktu (NPS)
wallboard-rate = Atbildēja
wallboard-asked = Jautāts zvanītājiem
wallboard-waiting = Nenoklausīti komentāri
wallboard-line = Jautāts pēdējā stundā
wallboard-line-text = { $total } pēdējā stundā, { $last } pēdējās piecās minūtēs
wallboard-at = Dati uz { $at }
wallboard-interval = { $interval }, n = { $n }
wallboard-none = vēl nav
wallboard-few = par maz
wallboard-few-note = n = { $n } no { $needs }

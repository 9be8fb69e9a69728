# Švieslentė.

wallboard-centre = Visas centras
wallboard-today = Šiandien iki dabar
wallboard-reload = Įkelti iš naujo
wallboard-report = Į ataskaitą
wallboard-lost = Nutrūko ryšys su serveriu; šie skaičiai gali būti pasenę. Bandoma jungtis iš naujo.
wallboard-away = Duomenų bazė neatsako; skaičiai pasirodys, kai tik ji atsakys.
wallboard-csat = Patenkinti
wallboard-nps = Rekomenduotų (NPS)
wallboard-rate = Atsakė
wallboard-asked = Paklausta skambinusiųjų
wallboard-waiting = Neišklausyti komentarai
wallboard-line = Paklausta per pastarąją valandą
wallboard-line-text = { $total } per pastarąją valandą, { $last } per pastarąsias penkias minutes
wallboard-at = { $at } duomenys
wallboard-interval = { $interval }, n = { $n }
wallboard-none = dar nėra
wallboard-few = per mažai
wallboard-few-note = n = { $n } iš { $needs }

from django.contrib import admin


class PlanAdminSite(admin.AdminSite):
    site_header = "Suivi des plans climat — administration"
    site_title = "Administration"
    index_title = "Données de la collectivité"
    site_url = "/"

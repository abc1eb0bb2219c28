"""Données essentielles de la commande publique: read, understood, kept, published."""

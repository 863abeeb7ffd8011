"""Everything that QGIS itself asks for: plugin class, provider, dependencies, layers, styles, feedback."""

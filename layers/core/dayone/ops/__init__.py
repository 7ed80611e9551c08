"""Operations: health, stuck work, dead letters, metrics, the audit log."""

"""What passes between a patient and the team: alarms with their states, messages, the rota."""

"""Text to speech with eSpeak NG, as a worker."""

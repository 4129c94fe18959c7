namespace Agent.Components.Import;

/// <summary>How changes of a file are noticed.</summary>
public enum ImportDetector
{
    Fsnotify,
    Poll,
}

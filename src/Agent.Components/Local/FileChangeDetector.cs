namespace Agent.Components.Local;

/// <summary>How changes of a file are noticed.</summary>
public enum FileChangeDetector
{
    /// <summary>The system reports them; the file is looked at now and then all the same.</summary>
    Fsnotify,

    /// <summary>The file is read again and again.</summary>
    Poll,
}

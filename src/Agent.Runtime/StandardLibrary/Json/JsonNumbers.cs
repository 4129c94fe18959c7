namespace Agent.Runtime.StandardLibrary.Json;

/// <summary>How numbers of a JSON document are held.</summary>
internal enum JsonNumbers
{
    /// <summary>All as floats, as <c>encoding.from_json</c> gives them.</summary>
    Float,

    /// <summary>Whole numbers as integers where they fit, as <c>json_path</c> gives them.</summary>
    KeepIntegers,
}

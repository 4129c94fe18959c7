namespace Agent.Conversion.Blocks;

/// <summary>Labels that are put together of parts.</summary>
internal static class ComponentLabel
{
    public static string Of(params ReadOnlySpan<string> parts)
    {
        string label = "";
        foreach (string part in parts)
        {
            label += label.Length > 0 && part.Length > 0 ? "_" + part : part;
        }
        return label;
    }

    /// <summary>The second has <c>_2</c> behind it; the first has nothing.</summary>
    /// <param name="index">0 for the first.</param>
    /// <param name="label">What all have in common.</param>
    public static string Numbered(int index, string label) => index == 0 ? label : Of(label, AlloyText.Of(index + 1));
}

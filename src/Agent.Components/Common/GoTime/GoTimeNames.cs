namespace Agent.Components.Common.GoTime;

internal static class GoTimeNames
{
    public static readonly string[] Months =
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

    public static readonly string[] Weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

    /// <summary>Takes one of the names, in any case, in full or its first three letters; -1 when none is there.</summary>
    public static int Take(string[] names, bool full, ref ReadOnlySpan<byte> text)
    {
        for (int i = 0; i < names.Length; i++)
        {
            ReadOnlySpan<char> name = full ? names[i] : names[i].AsSpan(0, 3);
            if (text.Length >= name.Length && System.Text.Ascii.EqualsIgnoreCase(text[..name.Length], name))
            {
                text = text[name.Length..];
                return i;
            }
        }
        return -1;
    }
}

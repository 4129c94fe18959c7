namespace Agent.Components.Loki.Process.GeoIp;

/// <summary>The extracted values that records of the known kinds of databases give.</summary>
internal sealed class GeoIpFields(StageContext context, string kind)
{
    private readonly bool _isCity = kind == "city";
    private readonly bool _isAsn = kind == "asn";
    private readonly int _cityName = context.Slot("geoip_city_name");
    private readonly int _countryName = context.Slot("geoip_country_name");
    private readonly int _countryCode = context.Slot("geoip_country_code");
    private readonly int _continentName = context.Slot("geoip_continent_name");
    private readonly int _continentCode = context.Slot("geoip_continent_code");
    private readonly int _latitude = context.Slot("geoip_location_latitude");
    private readonly int _longitude = context.Slot("geoip_location_longitude");
    private readonly int _postalCode = context.Slot("geoip_postal_code");
    private readonly int _timezone = context.Slot("geoip_timezone");
    private readonly int _subdivisionName = context.Slot("geoip_subdivision_name");
    private readonly int _subdivisionCode = context.Slot("geoip_subdivision_code");
    private readonly int _asn = context.Slot("geoip_autonomous_system_number");
    private readonly int _asnOrganization = context.Slot("geoip_autonomous_system_organization");

    /// <summary>Sets what the record has; empty texts and zeros count as missing.</summary>
    public void Set(LogRecord record, ref MmdbReader reader, int at)
    {
        if (_isAsn)
        {
            SetText(record, _asnOrganization, reader.Text(reader.Find(at, "autonomous_system_organization"u8)));
            if (reader.TryNumber(reader.Find(at, "autonomous_system_number"u8), out double number) && number != 0)
            {
                record.Set(_asn, SlotValue.OfNumber(number, record.Scratch));
            }
            return;
        }
        SetPlace(record, ref reader, reader.Find(at, "country"u8), (_countryName, _countryCode));
        int continent = reader.Find(at, "continent"u8);
        SetText(record, _continentName, EnglishName(ref reader, continent));
        SetText(record, _continentCode, reader.Text(reader.Find(continent, "code"u8)));
        if (!_isCity)
        {
            return;
        }
        SetText(record, _cityName, EnglishName(ref reader, reader.Find(at, "city"u8)));
        SetText(record, _postalCode, reader.Text(reader.Find(reader.Find(at, "postal"u8), "code"u8)));
        SetPlace(record, ref reader, reader.Last(reader.Find(at, "subdivisions"u8)), (_subdivisionName, _subdivisionCode));
        SetLocation(record, ref reader, reader.Find(at, "location"u8));
    }

    private static void SetPlace(LogRecord record, ref MmdbReader reader, int place, (int Name, int Code) slots)
    {
        SetText(record, slots.Name, EnglishName(ref reader, place));
        SetText(record, slots.Code, reader.Text(reader.Find(place, "iso_code"u8)));
    }

    private void SetLocation(LogRecord record, ref MmdbReader reader, int location)
    {
        SetText(record, _timezone, reader.Text(reader.Find(location, "time_zone"u8)));
        reader.TryNumber(reader.Find(location, "latitude"u8), out double latitude);
        reader.TryNumber(reader.Find(location, "longitude"u8), out double longitude);
        if (latitude != 0 || longitude != 0)
        {
            record.Set(_latitude, SlotValue.OfNumber(latitude, record.Scratch));
            record.Set(_longitude, SlotValue.OfNumber(longitude, record.Scratch));
        }
    }

    private static ReadOnlyMemory<byte> EnglishName(ref MmdbReader reader, int place) =>
        reader.Text(reader.Find(reader.Find(place, "names"u8), "en"u8));

    private static void SetText(LogRecord record, int slot, ReadOnlyMemory<byte> text)
    {
        if (!text.IsEmpty)
        {
            record.Set(slot, SlotValue.OfText(text));
        }
    }
}

Console.WriteLine("invar");

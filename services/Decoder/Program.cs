Console.WriteLine("FaceMix Decoder");

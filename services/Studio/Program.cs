Console.WriteLine("FaceMix Studio");
